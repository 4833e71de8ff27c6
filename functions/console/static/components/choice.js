// One of a few: radio buttons, each with a word of what it means.

import { html, useId } from "../html.js";

// options: [{value, label, hint?}]; `onInput` is given the value.
export function Choice({ label, options, value, onInput }) {
  const id = useId();
  return html`<fieldset class="choice">
    <legend>${label}</legend>
    ${options.map(
      (option) => html`<div class="check" key=${option.value}>
        <input
          type="radio"
          name=${id}
          id=${`${id}-${option.value}`}
          checked=${option.value === value}
          aria-describedby=${option.hint ? `${id}-${option.value}-hint` : undefined}
          onInput=${() => onInput(option.value)}
        />
        <div>
          <label for=${`${id}-${option.value}`}>${option.label}</label>
          ${option.hint && html`<p class="hint" id=${`${id}-${option.value}-hint`}>${option.hint}</p>`}
        </div>
      </div>`,
    )}
  </fieldset>`;
}
