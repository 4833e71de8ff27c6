// The student's row of a file as it would be written, each header over its value, and the line itself folded; the
// person selects which row the fields above show. Values that have changed since the page was opened or saved are
// marked.

import { html } from "../../../lib/html.js";
import { useSelected, useStore } from "../../../lib/store.js";
import { SelectField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { Notice } from "../../../components/states.js";
import { CsvTable } from "../../../shared/csv_table.js";
import { useEditor } from "../editor.js";
import { RAW } from "./words.js";

export function RawLines({ id, rows, row, setRow }) {
  const student = useEditor().preview.get().students[0];
  if (!student || rows.length === 0) return null;
  const index = Math.min(row, rows.length - 1);
  const shown = rows[index];
  const options = rows.map((one, number) => ({ value: String(number), label: RAW.row(one.row) }));
  return html`<section class="raw-line" aria-label=${RAW.title}>
    <div class="raw-heading">
      <h2>${RAW.title}</h2>
      ${rows.length > 1 &&
      html`<${SelectField}
        label=${RAW.shownRow}
        hideLabel
        options=${options}
        value=${String(row)}
        onInput=${(value) => setRow(Number(value))}
      />`}
    </div>
    ${shown.problem && html`<${Notice} tone="bad"><p><${Sentence} text=${shown.problem.message} /></p><//>`}
    ${shown.row === null && !shown.problem && html`<p class="muted">${RAW.noRow}</p>`}
    ${shown.row !== null && !shown.line && html`<p class="muted">${RAW.noLine}</p>`}
    ${shown.line && html`<${Row} file=${id} index=${index} student=${student.student_id} />
      <details>
        <summary>${RAW.line}</summary>
        <pre tabindex="0" aria-label=${RAW.line}><code>${shown.header && html`<span class="muted">${shown.header}${"\n"}</span>`}${shown.line}</code></pre>
      </details>`}
  </section>`;
}

function Row({ file, index, student }) {
  const editor = useEditor();
  const base = useStore(editor.base);
  const values = useSelected(editor.preview, (preview) => preview.fields);
  const draft = editor.draft.get();
  const ids = draft.files[file].fields.filter((id) => values[id]);
  const now = Object.fromEntries(ids.map((id) => [id, values[id][Math.min(index, values[id].length - 1)].value ?? ""]));
  const before = firstShown(base, `${file} ${index} ${student}`, now);
  const isChanged = ids.some((id) => before[id] !== now[id]);
  return html`<${CsvTable}
      label=${RAW.values}
      header=${ids.map((id) => draft.fields[id].to)}
      rows=${[ids.map((id) => now[id])]}
      before=${[ids.map((id) => before[id])]}
    />
    ${isChanged && html`<p class="hint">${RAW.changed}</p>`}`;
}

const first = new WeakMap(); // by the saved version, {row: its values}

function firstShown(base, row, values) {
  if (!first.has(base)) first.set(base, {});
  return (first.get(base)[row] ??= values);
}
