// Mapped Value: what a field becomes for the example student, or for each of them, beside the value in Enroll; or
// why the student needs attention.

import { html } from "../../../lib/html.js";
import { useSelected, useStore } from "../../../lib/store.js";
import { Badge } from "../../../components/badge.js";
import { Sentence } from "../../../components/sentence.js";
import { useEditor } from "../editor.js";
import { AttentionOfField } from "./attention.js";
import { VALUE } from "./words.js";

const MAX_SOURCE = 60; // characters; the whole value is in the file's preview

const inRow = (rows, row) => rows?.[Math.min(row, rows.length - 1)];

// Of the first student: {value, source, problem?}
export function useMappedValue(id, row) {
  return inRow(useSelected(useEditor().preview, (all) => all.fields[id]), row);
}

export function MappedValue({ id, row, type }) {
  const editor = useEditor();
  const students = useSelected(editor.preview, (preview) => preview.students);
  const others = useSelected(editor.preview, (preview) => preview.others[id]);
  const found = useMappedValue(id, row);
  if (type === "do_not_map") return html`<span class="muted" data-value>${VALUE.notInFile}</span>`;
  const one = students.length < 2 && html`<${OneValue} found=${found} />`;
  return html`${one || html`<${AllValues} students=${students} values=${[found, ...(others ?? []).map((rows) => inRow(rows, row))]} />`}
    <${AttentionOfField} id=${id} />`;
}

function AllValues({ students, values }) {
  const names = useStore(useEditor().names);
  return html`<ul class="plain all-values">
    ${students.map(
      ({ student_id }, index) => html`<li key=${student_id}>
        <span class="muted">${names[student_id]?.name || student_id}${": "}</span><${OneValue} found=${values[index]} />
      </li>`,
    )}
  </ul>`;
}

function OneValue({ found }) {
  if (!found) return html`<span class="muted" data-value>${VALUE.unknown}</span>`;
  const { source = "", value, problem } = found;
  const differs = source !== "" && (problem || source !== value);
  return html`${differs && html`<span class="source">${shortened(source)}</span> <span class="muted" aria-hidden="true">→</span> <span class="visually-hidden">${VALUE.becomes}${" "}</span>`}
    ${problem
      ? html`<span class="held" data-value><${Badge} tone="bad">${VALUE.attention}<//> <${Sentence} text=${problem.message} /></span>`
      : html`<${Written} value=${value} />`}`;
}

function Written({ value }) {
  if (value === "") return html`<span class="muted" data-value>${VALUE.blank}</span>`;
  const around = value !== value.trim();
  return html`<span data-value><span class="value">${value}</span>${around && html`<span class="muted"> ${VALUE.spacesAround}</span>`}</span>`;
}

const shortened = (text) => (text.length > MAX_SOURCE ? `${text.slice(0, MAX_SOURCE)}…` : text);

// For the announcement while somebody edits the row.
export function valueInWords(found) {
  if (!found) return VALUE.none;
  if (found.problem) return VALUE.needsAttention(found.problem.message);
  return found.value || VALUE.blank;
}
