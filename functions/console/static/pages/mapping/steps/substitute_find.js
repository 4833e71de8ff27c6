// What Substitute searches for: a text or a pattern.

import { html } from "../../../lib/html.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { problemAt } from "../editor.js";
import { transformationOf } from "../labels.js";
import { blanksHint } from "./parameter.js";
import { SUBSTITUTE } from "./words.js";

export const FIND_KEYS = ["find", "pattern"];

const OPTIONS = [
  { value: "find", label: SUBSTITUTE.text },
  { value: "pattern", label: SUBSTITUTE.pattern },
];
const labelOf = (way) => transformationOf("substitute").parameters.find(({ key }) => key === way).label;
const HINT = { pattern: SUBSTITUTE.patternHint };

export function SubstituteFind({ values, change, problems }) {
  const way = values.pattern === undefined || values.pattern === null ? "find" : "pattern";
  const text = values[way] ?? "";
  const setWay = (to) => to !== way && change({ [way]: undefined, [to]: text });
  return html`<${SelectField} label=${SUBSTITUTE.find} options=${OPTIONS} value=${way} onInput=${setWay} />
    <${TextField}
      label=${labelOf(way)}
      hint=${blanksHint(text) || HINT[way]}
      value=${text}
      onInput=${(typed) => change({ [way]: typed })}
      problem=${problemAt(problems, way)}
    />`;
}
