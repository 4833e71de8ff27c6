// The registrations that the connection takes: all, or those of some school years and conditions.

import { html, useState } from "../../lib/html.js";
import { TextField } from "../../components/fields.js";
import { sourcesOf, useKnownFields } from "../mapping/fields/known_fields.js";
import { messageInWords } from "../mapping/preview/problem_text.js";
import { ConditionList } from "../mapping/files/conditions.js";
import { wholeNumber } from "./draft.js";
import { TAKES } from "./words.js";

export function TakesFields({ connection_id, takes, problems, onInput }) {
  const { data } = useKnownFields(connection_id);
  return html`<${YearsField}
      years=${takes.school_years}
      problem=${within(problems, "takes.school_years")[0]?.message ?? ""}
      onInput=${(school_years) => onInput({ ...takes, school_years })}
    />
    <${ConditionList}
      label=${TAKES.where}
      none=${TAKES.noCondition}
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
    label=${TAKES.years}
    optional
    hint=${TAKES.yearsHint}
    value=${yearsIn(text).join() === years.join() ? text : years.join(", ")}
    problem=${problem}
    onInput=${(written) => {
      setText(written);
      onInput(yearsIn(written));
    }}
  />`;
}

// The problems below a path, in the labels of the page; `at` is the rest of the path.
function within(problems, path) {
  return problems
    .filter((one) => one.path.startsWith(path))
    .map((one) => ({
      at: one.path.slice(path.length).replace(/^\./, ""),
      message: messageInWords(one.message, one.path.slice("takes.".length), false),
    }));
}
