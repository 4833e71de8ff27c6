// The fields of a registration whose values are a student's name in lists.

import { html, useState } from "../../lib/html.js";
import { TextField } from "../../components/fields.js";
import { ABOUT } from "./words.js";

// Keeps the text as it was typed, as long as it means these fields.
export function NameFields({ names, problems, onInput }) {
  const [text, setText] = useState("");
  const fieldsIn = (written) => written.split(",").map((one) => one.trim()).filter(Boolean);
  const problem = problems.find((one) => one.path.startsWith("name_fields"))?.message ?? "";
  return html`<${TextField}
    label=${ABOUT.nameFields}
    optional
    hint=${ABOUT.nameFieldsHint}
    value=${fieldsIn(text).join() === names.join() ? text : names.join(", ")}
    problem=${problem}
    onInput=${(written) => {
      setText(written);
      onInput(fieldsIn(written));
    }}
  />`;
}
