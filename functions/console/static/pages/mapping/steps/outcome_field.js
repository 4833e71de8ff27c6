// The result of If Then Else: the value so far, a text, or another field's value.

import { html } from "../../../lib/html.js";
import { Combobox } from "../../../components/combobox.js";
import { SelectField, TextField } from "../../../components/fields.js";

const KINDS = [
  { value: "stays", label: "the value so far" },
  { value: "text", label: "this text" },
  { value: "field", label: "the value of a field" },
];
const FIRST = { stays: undefined, text: "", field: { field: "" } };

export function OutcomeField({ label, problem, value, onInput, sources }) {
  const kind = value === undefined || value === null ? "stays" : typeof value === "string" ? "text" : "field";
  return html`<div class="outcome">
    <${SelectField} label=${label} options=${KINDS} value=${kind} onInput=${(to) => onInput(FIRST[to])} problem=${kind === "stays" ? problem : ""} />
    ${kind === "text" &&
    html`<${TextField}
      label=${`${label}: text`}
      hint=${value === "" ? "Empty: a blank is written." : ""}
      value=${value}
      onInput=${onInput}
      problem=${problem}
    />`}
    ${kind === "field" &&
    html`<${Combobox} label=${`${label}: field`} options=${sources} value=${value.field ?? ""} onInput=${(field) => onInput({ field })} problem=${problem} />`}
  </div>`;
}
