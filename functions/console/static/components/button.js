// Buttons act, links navigate; both can look the same.

import { html, useId } from "../lib/html.js";
import { useShortcut } from "../lib/controls/shortcuts.js";
import { Icon } from "./icon.js";

// kind: "primary" (one in view), "plain", "danger", "quiet". A `busy` or `disabled` button keeps its
// position and its focus but ignores clicks; a button may become disabled by being pressed. With `type="submit"` it
// submits the form around it, and so does Enter in a field.
export function Button({ kind = "plain", busy, disabled, icon, children, onClick, ...others }) {
  return html`<button
    type="button"
    ...${others}
    class="button ${kind} ${others.class ?? ""}"
    aria-disabled=${disabled ? "true" : undefined}
    aria-busy=${busy ? "true" : undefined}
    onClick=${(event) => (busy || disabled ? event.preventDefault() : onClick?.(event))}
  >
    ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon && html`<${Icon} name=${icon} />`}
    ${children && html`<span>${children}</span>`}
  </button>`;
}

// The Save of a page, also by Ctrl+S.
export function SaveButton(given) {
  const id = useId();
  useShortcut("s", () => document.getElementById(id).click());
  return html`<${Button} kind="primary" aria-keyshortcuts="Control+S Meta+S" ...${given} id=${id} />`;
}

// A button with an icon only; `label` is its accessible name.
export function IconButton({ label, icon, ...others }) {
  return html`<${Button} kind="quiet" aria-label=${label} title=${label} icon=${icon} ...${others} />`;
}

export function ButtonLink({ kind = "plain", icon, children, ...others }) {
  return html`<a ...${others} class="button ${kind}">
    ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>
  </a>`;
}
