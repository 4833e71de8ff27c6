// Form fields: each with its label, its hint and its problem.

import { html, useEffect, useId } from "../lib/html.js";
import { Sentence } from "./sentence.js";

// The frame around a control: `children` receives the control's id and ARIA attributes.
export function Field({ label, hint, problem, optional, hideLabel, children }) {
  const id = useId();
  return html`<div class="field ${problem ? "wrong" : ""}">
    <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>
      ${label}${optional && html` <span class="optional">(optional)</span>`}
    </label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${children({ id, "aria-describedby": described(id, hint, problem), "aria-invalid": problem ? "true" : undefined })}
    ${problem && html`<p class="problem" id=${`${id}-problem`}><${Sentence} text=${problem} /></p>`}
  </div>`;
}

// The ids of the elements that describe a control.
function described(id, hint, problem) {
  return [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;
}

/** @param {Record<string, any>} props */
function split({ label, hint, problem, optional, hideLabel, ...control }) {
  return [{ label, hint, problem, optional, hideLabel }, control];
}

// `onInput` receives the text.
export function TextField({ onInput, ...given }) {
  const [frame, control] = split(given);
  return html`<${Field} ...${frame}>
    ${(fieldProps) =>
      html`<input
        type="text"
        autocomplete="off"
        spellcheck=${false}
        ...${control}
        ...${fieldProps}
        onInput=${(event) => onInput(event.target.value)}
      />`}
  <//>`;
}

export function TextArea({ onInput, ...given }) {
  const [frame, control] = split(given);
  return html`<${Field} ...${frame}>
    ${(fieldProps) =>
      html`<textarea
        rows="4"
        spellcheck=${false}
        ...${control}
        ...${fieldProps}
        onInput=${(event) => onInput(event.target.value)}
      ></textarea>`}
  <//>`;
}

// options: [{value, label}], or texts; `onInput` receives the value.
export function SelectField({ options, value, onInput, ...given }) {
  const [frame, control] = split(given);
  const rows = options.map((one) => (typeof one === "string" ? { value: one, label: one } : one));
  return html`<${Field} ...${frame}>
    ${(fieldProps) =>
      html`<select ...${control} ...${fieldProps} onInput=${(event) => onInput(event.target.value)}>
        ${rows.map(
          (row) => html`<option key=${row.value} value=${row.value} selected=${row.value === value}>
            ${row.label}
          </option>`,
        )}
      </select>`}
  <//>`;
}

// A group of options of which one is selected. options: [{value, label, hint?}]
export function RadioGroup({ label, hint, problem, options, value, onInput, hideLabel }) {
  const id = useId();
  return html`<fieldset
    role="radiogroup"
    class="field ${problem ? "wrong" : ""}"
    aria-describedby=${described(id, hint, problem)}
    aria-invalid=${problem ? "true" : undefined}
  >
    <legend class=${hideLabel ? "visually-hidden" : ""}>${label}</legend>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
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
    ${problem && html`<p class="problem" id=${`${id}-problem`}><${Sentence} text=${problem} /></p>`}
  </fieldset>`;
}

export function Checkbox({ label, hint, problem, checked, onInput, ...control }) {
  const id = useId();
  return html`<div class="check">
    <input
      type="checkbox"
      ...${control}
      id=${id}
      checked=${checked}
      aria-describedby=${described(id, hint, problem)}
      aria-invalid=${problem ? "true" : undefined}
      onInput=${(event) => onInput(event.target.checked)}
    />
    <div>
      <label for=${id}>${label}</label>
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      ${problem && html`<p class="problem" id=${`${id}-problem`}><${Sentence} text=${problem} /></p>`}
    </div>
  </div>`;
}

// A switch that is on or off; it takes effect at once, or when the form is saved.
export function Switch({ label, hint, checked, onInput, ...control }) {
  const id = useId();
  return html`<div class="check">
    <button
      type="button"
      role="switch"
      ...${control}
      class="switch"
      aria-checked=${Boolean(checked)}
      aria-labelledby=${`${id}-label`}
      aria-describedby=${hint ? `${id}-hint` : undefined}
      onClick=${() => onInput(!checked)}
    ></button>
    <div>
      <span id=${`${id}-label`} onClick=${() => !control.disabled && onInput(!checked)}>${label}</span>
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    </div>
  </div>`;
}

// After a refused action, moves the focus to the first field in `form` (a ref) that has a problem: in a
// group of options to the selected one, and where there is no field to the problem's text.
export function useFocusOnProblem(form, error) {
  useEffect(() => {
    if (!error) return;
    const wrong = form.current?.querySelector('[aria-invalid="true"], .problem[tabindex]');
    (wrong?.querySelector(":checked") ?? wrong?.querySelector("input") ?? wrong)?.focus();
  }, [error]);
}
