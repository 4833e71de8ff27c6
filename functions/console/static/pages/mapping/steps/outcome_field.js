// The result of If Then Else: the value so far, a text, or another field's value.

import { html } from "../../../lib/html.js";
import { Combobox } from "../../../components/combobox.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { OUTCOME } from "./words.js";

const FIRST = { stays: undefined, text: "", field: { field: "" } };

export function OutcomeField({ label, problem, value, onInput, sources, stays }) {
  const kinds = [{ value: "stays", label: stays }, ...["text", "field"].map((one) => ({ value: one, label: OUTCOME[one] }))];
  const kind = value === undefined || value === null ? "stays" : typeof value === "string" ? "text" : "field";
  return html`<div class="outcome">
    <${SelectField} label=${label} options=${kinds} value=${kind} onInput=${(to) => onInput(FIRST[to])} problem=${kind === "stays" ? problem : ""} />
    ${kind === "text" &&
    html`<${TextField}
      label=${OUTCOME.textOf(label)}
      hint=${value === "" ? OUTCOME.blank : ""}
      value=${value}
      onInput=${onInput}
      problem=${problem}
    />`}
    ${kind === "field" &&
    html`<${Combobox} label=${OUTCOME.fieldOf(label)} options=${sources} value=${value.field ?? ""} onInput=${(field) => onInput({ field })} problem=${problem} />`}
  </div>`;
}
