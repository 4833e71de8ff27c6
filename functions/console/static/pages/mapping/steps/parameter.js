// One control for each kind of parameter of a transformation (see vocabulary.js).

import { html } from "../../../lib/html.js";
import { Combobox } from "../../../components/combobox.js";
import { Checkbox, SelectField, TextArea, TextField } from "../../../components/fields.js";
import { choiceInWords } from "../labels.js";
import { FormatField, FormatList } from "./format_field.js";
import { OutcomeField } from "./outcome_field.js";
import { PathList } from "./path_list.js";
import { OUTCOME, PARAMETERS } from "./words.js";

// `onInput` receives the value, or undefined to leave it out; `problems` are those of the parameter.
export function Parameter({ parameter, value, onInput, problems, sources, source, given: read }) {
  const { key, label, hint, kind, required } = parameter;
  const common = { label, hint, problem: problems[0]?.message ?? "" };
  const given = value ?? parameter.default;
  if (kind === "date_formats") return html`<${FormatList} label=${label} hint=${hint} problems=${problems} value=${value} source=${source} onInput=${onInput} />`;
  if (kind === "date_format" || kind === "phone_format") return html`<${FormatField} ...${common} kind=${kind} value=${given ?? ""} source=${source} given=${[read ?? []].flat()} onInput=${onInput} />`;
  if (kind === "number") return html`<${NumberField} ...${common} value=${given} optional=${!required} onInput=${onInput} />`;
  if (kind === "yes_no") return html`<${Checkbox} label=${label} hint=${hint} problem=${common.problem} checked=${given === true} onInput=${(on) => onInput(on || undefined)} />`;
  if (kind === "choice") return html`<${ChoiceField} ...${common} parameter=${parameter} value=${value} onInput=${onInput} />`;
  if (kind === "texts") return html`<${TextsField} ...${common} value=${given} onInput=${onInput} />`;
  if (kind === "paths") return html`<${PathList} label=${label} problems=${problems} value=${value ?? []} onInput=${onInput} sources=${sources} />`;
  if (kind === "path") return html`<${PathField} ...${common} value=${value ?? ""} optional=${!required} onInput=${onInput} sources=${sources} />`;
  if (kind === "outcome") return html`<${OutcomeField} ...${common} stays=${key === "not_before" ? OUTCOME.noDate : OUTCOME.stays} value=${value} onInput=${onInput} sources=${sources} />`;
  if (kind === "text" && !required && parameter.default === null)
    return html`<${OptionalText} ...${common} value=${value} onInput=${onInput} />`;
  if (kind === "text") return html`<${TextField} ...${common} hint=${blanksHint(given) || hint} value=${given ?? ""} onInput=${onInput} />`;
  throw new Error(`There is no control for the parameter ${key} of kind ${kind}.`);
}

// A number, or the text that was typed instead: the API reports what is wrong with it.
export function NumberField({ value, onInput, ...given }) {
  const read = (text) => (text.trim() === "" ? undefined : /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : text);
  return html`<${TextField} ...${given} inputmode="numeric" value=${String(value ?? "")} onInput=${(text) => onInput(read(text))} />`;
}

// An optional text; leaving it out is not the same as an empty text.
export function OptionalText({ label, hint, problem, value, onInput }) {
  const there = value !== undefined && value !== null;
  return html`<div class="optional-text">
    <${Checkbox} label=${label} hint=${hint} problem=${there ? "" : problem} checked=${there} onInput=${(on) => onInput(on ? "" : undefined)} />
    ${there && html`<${TextField} label=${PARAMETERS.textOf(label)} hideLabel hint=${blanksHint(value)} problem=${problem} value=${value} onInput=${onInput} />`}
  </div>`;
}

function ChoiceField({ parameter, value, onInput, ...frame }) {
  const options = parameter.options.map((one) => ({ value: one, label: choiceInWords(one) }));
  const left_out = { value: "", label: PARAMETERS.asOnError };
  const all = parameter.required || parameter.default !== null ? options : [left_out, ...options];
  return html`<${SelectField} ...${frame} options=${all} value=${value ?? parameter.default ?? ""} onInput=${(one) => onInput(one || undefined)} />`;
}

// One text per line. Where the API accepts a text or a list, a single line is sent as a text.
function TextsField({ value, onInput, ...frame }) {
  const lines = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  const read = (text) => (linesOf(text).length === 1 ? text : linesOf(text));
  const hint = [frame.hint, PARAMETERS.onePerLine].filter(Boolean).join(". ").replace("..", ".");
  return html`<${TextArea}
    ...${frame}
    hint=${hint}
    rows=${Math.min(6, lines.length + 1)}
    value=${lines.join("\n")}
    onInput=${(text) => onInput(text === "" ? undefined : read(text))}
  />`;
}

export const linesOf = (text) => text.split("\n");

export function PathField({ sources, onInput, ...given }) {
  return html`<${Combobox} ...${given} options=${sources} onInput=${(path) => onInput(path === "" ? undefined : path)} />`;
}

// A hint for a text that looks empty or has spaces around, because spaces are invisible.
export function blanksHint(text) {
  if (typeof text !== "string" || text === "" || text === text.trim()) return "";
  if (text.trim() !== "") return PARAMETERS.spacesAround;
  if (text === "\t") return PARAMETERS.oneTab;
  return text.length === 1 ? PARAMETERS.oneSpace : PARAMETERS.spaces(text.length);
}
