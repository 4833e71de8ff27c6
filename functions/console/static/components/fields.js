// Form fields: each with its label, its hint and its problem.

import { useAction } from "../lib/data.js";
import { afterDrawing } from "../lib/focus.js";
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { Sentence } from "./sentence.js";
import { ErrorNotice, Notice } from "./states.js";
import { FIELDS } from "./words.js";

// The frame around a control: `children` receives the control's id and ARIA attributes.
export function Field({ label, hint, problem, optional, hideLabel, children }) {
  const id = useId();
  return html`<div class="field ${problem ? "wrong" : ""}">
    <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>
      ${label}${optional && html` <span class="optional">${FIELDS.optional}</span>`}
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

// `onInput` receives a day as the API has it, 2026-06-30, or "". The limit keeps years at four digits.
export function DayField(given) {
  return html`<${TextField} type="date" max="9999-12-31" ...${given} />`;
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

const WRONG = '[aria-invalid="true"], .problem[tabindex]';

/**
 * What a form submits: `useAction(act)`, and `problem(path)` and `problems`: those that the API, or `act`,
 * reported, each until the person changes its value: if that comes back, for example while it is typed, the problem
 * does not, or it would take the focus. `values` has the values by the paths of the problems.
 *
 * @param {(...given: any[]) => Promise<void>} act
 * @param {any} values
 */
export function useForm(act, values) {
  const sent = useRef(values);
  const corrected = useRef(new WeakSet()); // problems whose value was changed since
  const action = useAction(act);
  const all = action.error?.problems ?? [];
  for (const one of all) if (textAt(one.path, sent.current) !== textAt(one.path, values)) corrected.current.add(one);
  const problems = all.filter((one) => !corrected.current.has(one));
  return {
    ...action,
    error: all.length > 0 && problems.length === 0 ? null : action.error, // all were changed
    problems,
    problem: (path) => problems.find((one) => one.path === path)?.message ?? "",
    run(...given) {
      sent.current = values;
      return action.run(...given);
    },
  };
}

// An error for `useForm`, for problems that the page finds itself: [{path, message}]
export function refusal(problems) {
  return Object.assign(new Error(problems[0].message), { problems });
}

// The value at a path such as "guards.row_count.percent" or "host_keys[0]"; of a list that is typed as one text, the text.
function textAt(path, values) {
  const parts = path.split(/[.[\]]+/).filter(Boolean);
  return JSON.stringify(parts.reduce((value, name) => (typeof value === "string" ? value : value?.[name]), values)) ?? "";
}

/**
 * A form that Enter submits. `form` is a `useForm`. After a refusal its summary gets the focus: links to the fields
 * with problems, or the message. `isShown` says whether the problem of a path is shown at its field.
 *
 * @param {{form: any, isShown?: (path: string) => boolean, class?: string, id?: string, children?: any}} props
 */
export function Form({ form, isShown = () => true, children, ...others }) {
  const element = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    if (event.target === event.currentTarget) form.run(); // not that of a dialog inside
  };
  return html`<form novalidate=${true} class="stack" ...${others} ref=${element} onSubmit=${submit}>
    <${ErrorSummary} error=${form.error} within=${element} isShown=${isShown} />
    ${children}
  </form>`;
}

function ErrorSummary({ error, within, isShown }) {
  const summary = useRef(null);
  const [wrong, setWrong] = useState([]);
  useEffect(() => {
    const found = error ? [...within.current.querySelectorAll(WRONG)].map(describe) : [];
    if (found.map(({ text }) => text).join("\n") !== wrong.map(({ text }) => text).join("\n")) setWrong(found);
  });
  useEffect(() => {
    if (error) afterDrawing(() => summary.current?.focus());
  }, [error]);
  const elsewhere = error?.problems?.filter(({ path }) => !isShown(path)) ?? [];
  const go = (event, { element }) => {
    event.preventDefault();
    focusOn(element);
  };
  if (wrong.length === 0 || elsewhere.length > 0)
    return html`<div tabindex="-1" ref=${summary} class="error-summary"><${ErrorNotice} error=${error} isShown=${isShown} /></div>`;
  return html`<div role="alert" tabindex="-1" ref=${summary} class="error-summary">
    <${Notice} tone="bad" title=${FIELDS.fix(wrong.length)}>
      <ul>
        ${wrong.map((one) => html`<li key=${one.text}><a href=${location.hash || "#/"} onClick=${(event) => go(event, one)}>${one.text}</a></li>`)}
      </ul>
    <//>
  </div>`;
}

// A field with a problem: {element, text: its label and its problem}
function describe(element) {
  const field = element.closest(".field, .check");
  const label = field?.querySelector("legend, label")?.textContent.replace(FIELDS.optional, "").trim();
  const problem = (field?.querySelector(".problem") ?? element).textContent;
  return { element, text: label ? `${label}: ${problem}` : problem };
}

// In a group of options to the selected one.
function focusOn(element) {
  (element.querySelector(":checked") ?? element.querySelector("input") ?? element).focus();
}
