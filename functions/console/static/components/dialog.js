// Dialogs: the browser's own <dialog>, which keeps the focus inside and returns it on closing.

import { html, useId, useLayoutEffect, useRef } from "../lib/html.js";
import { LiveRegion } from "./announce.js";
import { Button, IconButton } from "./button.js";
import { Form } from "./fields.js";
import { DIALOG } from "./words.js";

// Open as long as it is rendered. `actions` are the buttons of its footer. `onClose` handles Escape and
// the close button; without it the dialog cannot be closed.
export function Dialog({ title, onClose, actions, children, wide }) {
  const dialog = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element.showModal();
    return () => element.close();
  }, []);
  const onCancel = (event) => {
    if (event.target !== event.currentTarget) return; // from a file chooser inside the dialog
    event.preventDefault(); // the parent closes the dialog by not rendering it
    onClose?.();
  };
  return html`<dialog
    ref=${dialog}
    class=${wide ? "wide" : ""}
    aria-labelledby=${id}
    closedby=${onClose ? undefined : "none"}
    onCancel=${onCancel}
  >
    <header>
      <h2 id=${id} tabindex="-1" autofocus>${title}</h2>
      ${onClose && html`<${IconButton} label=${DIALOG.close} icon="close" onClick=${onClose} />`}
    </header>
    <div class="dialog-body">${children}</div>
    <${LiveRegion} />
    ${actions && html`<footer>${actions}</footer>`}
  </dialog>`;
}

// Asks before an action. `confirm` and `cancel` are on the buttons; `action` is a useAction. Enter in a field confirms.
export function ConfirmDialog({ title, confirm, cancel = DIALOG.cancel, danger, action, onClose, disabled, children }) {
  const id = useId();
  return html`<${Dialog}
    title=${title}
    onClose=${onClose}
    actions=${html`<${Button} onClick=${onClose}>${cancel}<//>
      <${Button}
        kind=${danger ? "danger" : "primary"}
        busy=${action.busy}
        disabled=${disabled}
        type="submit"
        form=${id}
      >${confirm}<//>`}
  >
    <${Form} id=${id} form=${action}>${children}<//>
  <//>`;
}
