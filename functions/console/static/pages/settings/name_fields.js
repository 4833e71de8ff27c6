// The fields of a registration whose values are a student's name in lists.

import { html, useState } from "../../lib/html.js";
import { TextField } from "../../components/fields.js";

// Keeps the text as it was typed, as long as it means these fields.
export function NameFields({ names, error, onInput }) {
  const [text, setText] = useState("");
  const fieldsIn = (written) => written.split(",").map((one) => one.trim()).filter(Boolean);
  const problem = error?.problems?.find((one) => one.path.startsWith("name_fields"))?.message ?? "";
  return html`<${TextField}
    label="Fields of a student's name"
    optional
    hint="For lists and the search of students, with commas between them, such as students.fname, students.lname."
    value=${fieldsIn(text).join() === names.join() ? text : names.join(", ")}
    problem=${problem}
    onInput=${(written) => {
      setText(written);
      onInput(fieldsIn(written));
    }}
  />`;
}
