// A test of a value: in If Then Else, and in a condition for the rows of a file.

import { html } from "../../../lib/html.js";
import { Checkbox, SelectField, TextArea, TextField } from "../../../components/fields.js";
import { problemAt } from "../editor.js";
import { TEST_LABELS, CONDITION } from "../labels.js";
import { TESTS } from "../vocabulary.js";
import { PathField, linesOf } from "./parameter.js";
import { QUESTION } from "./words.js";

const OPTIONS = TESTS.map((value) => ({ value, label: TEST_LABELS[value] ?? value.replaceAll("_", " ") }));
const FIRST = { is_blank: true, one_of: [] };
const CASELESS = ["is_blank"];

// `values` has the compared value under the key of its test.
export function Question({ values, change, problems, sources, fieldOptional }) {
  const test = TESTS.find((one) => values[one] !== undefined && values[one] !== null) ?? TESTS[0];
  const setTest = (to) => {
    const before = values[test];
    const keeps = typeof before === "string" && FIRST[to] === undefined;
    change({ [test]: undefined, delimiter: undefined, [to]: keeps ? before : (FIRST[to] ?? "") });
  };
  return html`<div class="question">
    <${PathField}
      label=${CONDITION.field}
      hint=${fieldOptional ? QUESTION.thisField : ""}
      sources=${sources}
      value=${values.field ?? ""}
      onInput=${(field) => change({ field: field ?? (fieldOptional ? undefined : "") })}
      problem=${problemAt(problems, "field")}
    />
    <${SelectField} label=${CONDITION.test} options=${OPTIONS} value=${test} onInput=${setTest} problem=${problemAt(problems, "")} />
    <${Compared} test=${test} value=${values[test]} onInput=${(value) => change({ [test]: value })} problem=${problemAt(problems, test)} />
    ${test === "includes" &&
    html`<${TextField}
      label=${CONDITION.delimiter}
      hint=${QUESTION.between}
      value=${values.delimiter ?? "|"}
      onInput=${(delimiter) => change({ delimiter })}
      problem=${problemAt(problems, "delimiter")}
    />`}
    ${!CASELESS.includes(test) &&
    html`<${Checkbox}
      label=${CONDITION.ignore_case}
      hint=${QUESTION.caseless}
      checked=${values.ignore_case === true}
      onInput=${(on) => change({ ignore_case: on || undefined })}
    />`}
  </div>`;
}

function Compared({ test, value, onInput, problem }) {
  if (test === "is_blank") {
    const options = [
      { value: "true", label: QUESTION.isBlank },
      { value: "false", label: QUESTION.isNotBlank },
    ];
    return html`<${SelectField} label=${CONDITION.compared} options=${options} value=${String(value ?? true)} onInput=${(one) => onInput(one === "true")} problem=${problem} />`;
  }
  if (test === "one_of")
    return html`<${TextArea}
      label=${CONDITION.compared}
      hint=${[QUESTION.onePerLine, value?.includes("") && QUESTION.emptyLine].filter(Boolean).join(" ")}
      value=${(value ?? []).join("\n")}
      onInput=${(text) => onInput(text === "" ? [] : linesOf(text))}
      problem=${problem}
    />`;
  return html`<${TextField} label=${CONDITION.compared} value=${value ?? ""} onInput=${onInput} problem=${problem} />`;
}
