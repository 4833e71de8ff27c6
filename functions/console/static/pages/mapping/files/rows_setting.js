// Which rows a student has in a file: one, one per entry of a list or group, or one per value.

import { html } from "../../../lib/html.js";
import { SelectField, TextArea, TextField } from "../../../components/fields.js";
import { withChanges } from "../draft.js";
import { problemAt } from "../editor.js";
import { useSources } from "../fields/known_fields.js";
import { ROWS, SETTINGS } from "../labels.js";
import { OptionalText, PathField, linesOf } from "../steps/parameter.js";
import { ROW_KINDS } from "./words.js";

const KINDS = ["student", "list", "groups", "distinct"].map((value) => ({ value, label: ROW_KINDS[value] }));
const FIRST = {
  student: undefined,
  list: { each: "" },
  groups: { each: ["student_annual.guardian1_", "student_annual.guardian2_"] },
  distinct: { distinct: "" },
};

export function RowsSetting({ rows, change, problems }) {
  const kind = kindOf(rows);
  const sources = useSources();
  const set = (changes) => change({ rows: withChanges(rows, changes) });
  const at = (key) => problemAt(problems, key);
  return html`<div class="parameters">
    <${SelectField} label=${SETTINGS.rows} options=${KINDS} value=${kind} onInput=${(to) => change({ rows: FIRST[to] })} problem=${at("")} />
    ${kind === "list" &&
    html`<${TextField} label=${ROWS.each} hint=${ROW_KINDS.listHint} value=${rows.each} onInput=${(each) => set({ each })} problem=${at("each")} />
      <${OptionalText}
        label=${ROWS.delimiter}
        hint=${ROW_KINDS.delimiterHint}
        value=${rows.delimiter}
        onInput=${(delimiter) => set({ delimiter })}
        problem=${at("delimiter")}
      />`}
    ${kind === "groups" &&
    html`<${TextArea}
      label=${ROWS.groups}
      hint=${ROW_KINDS.groupsHint}
      value=${rows.each.join("\n")}
      onInput=${(text) => set({ each: linesOf(text) })}
      problem=${at("each")}
    />`}
    ${(kind === "list" || kind === "groups") &&
    html`<${TextField}
      label=${ROWS.skip_when_blank}
      optional
      hint=${ROW_KINDS.skipHint}
      value=${skipText(rows.skip_when_blank)}
      onInput=${(text) => set({ skip_when_blank: skipOf(text) })}
      problem=${at("skip_when_blank")}
    />`}
    ${kind === "distinct" &&
    html`<${PathField} label=${ROWS.distinct} sources=${sources} value=${rows.distinct} onInput=${(distinct) => set({ distinct: distinct ?? "" })} problem=${at("distinct")} />`}
  </div>`;
}

function kindOf(rows) {
  if (!rows || rows === "student") return "student";
  if (rows.distinct !== undefined) return "distinct";
  return Array.isArray(rows.each) ? "groups" : "list";
}

const skipText = (names) => (Array.isArray(names) ? names.join(", ") : (names ?? ""));

// A trailing comma stays while somebody types.
function skipOf(text) {
  if (text.trim() === "") return undefined;
  return text.includes(",") ? text.split(/, ?/) : text;
}
