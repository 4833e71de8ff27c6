// What Substitute searches for: a text or a pattern.

import { html } from "../../../lib/html.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { problemAt } from "../editor.js";
import { transformationOf } from "../labels.js";
import { blanksHint } from "./parameter.js";

export const FIND_KEYS = ["find", "pattern"];

const OPTIONS = [
  { value: "find", label: "This text" },
  { value: "pattern", label: "What a pattern matches" },
];
const labelOf = (way) => transformationOf("substitute").parameters.find(({ key }) => key === way).label;
const HINT = { pattern: "A regular expression, such as [0-9]{2}." };

export function SubstituteFind({ values, change, problems }) {
  const way = values.pattern === undefined || values.pattern === null ? "find" : "pattern";
  const text = values[way] ?? "";
  const setWay = (to) => to !== way && change({ [way]: undefined, [to]: text });
  return html`<${SelectField} label="Find" options=${OPTIONS} value=${way} onInput=${setWay} />
    <${TextField}
      label=${labelOf(way)}
      hint=${blanksHint(text) || HINT[way]}
      value=${text}
      onInput=${(typed) => change({ [way]: typed })}
      problem=${problemAt(problems, way)}
    />`;
}
