// The student's lines of a file as they would be written, below the header; the person selects which
// one the rows above show.

import { html } from "../../../lib/html.js";
import { SelectField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { Notice } from "../../../components/states.js";
import { useEditor } from "../editor.js";
import { RAW } from "./words.js";

export function RawLines({ rows, row, setRow }) {
  const student = useEditor().preview.get().students[0];
  if (!student || rows.length === 0) return null;
  const shown = rows[Math.min(row, rows.length - 1)];
  const options = rows.map((one, index) => ({ value: String(index), label: RAW.row(one.row) }));
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
    ${shown.line && html`<pre tabindex="0" aria-label=${RAW.title}><code>${shown.header && html`<span class="muted">${shown.header}${"\n"}</span>`}${shown.line}</code></pre>`}
  </section>`;
}
