// The registrations that the connection takes: all, or those of some school years and conditions.

import { html, useState } from "../../lib/html.js";
import { TextField } from "../../components/fields.js";
import { sourcesOf, useKnownFields } from "../mapping/fields/known_fields.js";
import { ConditionList } from "../mapping/files/conditions.js";
import { wholeNumber } from "./draft.js";

export function TakesFields({ connection_id, takes, error, onInput }) {
  const { data } = useKnownFields(connection_id);
  const problems = error?.problems ?? [];
  return html`<${YearsField}
      years=${takes.school_years}
      problem=${within(problems, "takes.school_years")[0]?.message ?? ""}
      onInput=${(school_years) => onInput({ ...takes, school_years })}
    />
    <${ConditionList}
      label="Only registrations that meet each of these conditions"
      none="No condition: all registrations."
      where=${takes.where}
      set=${(where) => onInput({ ...takes, where })}
      sources=${sourcesOf(data)}
      problems=${within(problems, "takes.where")}
    />`;
}

// Keeps the text as it was typed, as long as it means these years.
function YearsField({ years, problem, onInput }) {
  const [text, setText] = useState("");
  const yearsIn = (written) => written.split(/[\s,]+/).filter(Boolean).map(wholeNumber);
  return html`<${TextField}
    label="School years"
    optional
    hint="The START years, with commas between them, such as 2025, 2026. Leave it empty for all."
    value=${yearsIn(text).join() === years.join() ? text : years.join(", ")}
    problem=${problem}
    onInput=${(written) => {
      setText(written);
      onInput(yearsIn(written));
    }}
  />`;
}

// The problems below a path; `at` is the rest of the path.
function within(problems, path) {
  return problems
    .filter((one) => one.path.startsWith(path))
    .map((one) => ({ ...one, at: one.path.slice(path.length).replace(/^\./, "") }));
}
