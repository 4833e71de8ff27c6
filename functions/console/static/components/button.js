// Buttons act, links navigate; both can look the same.

import { html } from "../lib/html.js";
import { useShortcut } from "../lib/controls/shortcuts.js";
import { Icon } from "./icon.js";

// kind: "primary" (one in view), "plain", "danger", "quiet". A `busy` or `disabled` button keeps its
// position and its focus but ignores clicks; a button may become disabled by being pressed.
export function Button({ kind = "plain", busy, disabled, icon, children, onClick, ...others }) {
  return html`<button
    type="button"
    ...${others}
    class="button ${kind} ${others.class ?? ""}"
    aria-disabled=${disabled ? "true" : undefined}
    aria-busy=${busy ? "true" : undefined}
    onClick=${(event) => !busy && !disabled && onClick?.(event)}
  >
    ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon && html`<${Icon} name=${icon} />`}
    ${children && html`<span>${children}</span>`}
  </button>`;
}

// The Save of a page, also by Ctrl+S.
export function SaveButton(given) {
  useShortcut("s", () => !given.busy && !given.disabled && given.onClick());
  return html`<${Button} kind="primary" aria-keyshortcuts="Control+S Meta+S" ...${given} />`;
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
