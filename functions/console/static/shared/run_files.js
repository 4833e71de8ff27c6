// The files of a run's year: rows, size and download; path, checksum and the kind of delivery are folded;
// and the lines of a preview.

import { html } from "../lib/html.js";
import { Copyable } from "../components/copyable.js";
import { bytes, count } from "../components/time.js";
import { CsvTable, tableOf } from "./csv_table.js";
import { DownloadButton } from "./download_button.js";
import { FILES, REPLACED_BY } from "./run_words.js";

const ROWS_SHOWN = 20; // of a preview, without the header

export function RunFiles({ c, run, year }) {
  return html`<ul class="run-files">
    ${year.files.map(
      (file) => html`<li key=${file.path}><${RunFile} c=${c} run=${run} year=${year.school_year} file=${file} /></li>`,
    )}
  </ul>`;
}

function RunFile({ c, run, year, file }) {
  const kept = !(run.kind === "test_record" && file.replaced_by !== "download"); // false for a test record, which is on the server only
  return html`<div class="run-file-head">
      <div>
        <strong>${file.name}</strong>
        <span class="muted">${[count(file.rows, "row"), bytes(file.bytes)].join(" · ")}</span>
      </div>
      ${kept && html`<div><${DownloadButton} c=${c} run_id=${run.run_id} year=${year} name=${file.name} /></div>`}
    </div>
    ${file.lines.length > 0 && html`<${Lines} name=${file.name} lines=${file.lines} rows=${file.rows} />`}
    <details>
      <summary>${FILES.technical}</summary>
      <dl class="run-file-facts">
        <dt>${run.kind === "dry_run" ? FILES.wouldGoTo : FILES.path}</dt>
        <dd><${Copyable} label=${FILES.pathOf(file.name)} text=${file.path} /></dd>
        <dt>${FILES.sha256}</dt>
        <dd><${Copyable} label=${FILES.sha256Of(file.name)} text=${file.sha256} /></dd>
        ${REPLACED_BY[file.replaced_by] && html`<dt>${FILES.delivered}</dt><dd>${REPLACED_BY[file.replaced_by]}</dd>`}
      </dl>
    </details>`;
}

// The first lines of a file as a table, and the lines themselves folded; only these if they are no table.
function Lines({ name, lines, rows }) {
  const table = tableOf(lines, Math.min(rows, ROWS_SHOWN));
  if (!table) return html`<${RawLines} name=${name} lines=${lines} rows=${rows} />`;
  return html`<figure>
      ${rows > ROWS_SHOWN && html`<figcaption>${FILES.firstRows(ROWS_SHOWN)}</figcaption>`}
      <${CsvTable} label=${FILES.rowsOf(name)} ...${table} />
    </figure>
    <details>
      <summary>${FILES.rawLines}</summary>
      <${RawLines} name=${name} lines=${lines} rows=${rows} />
    </details>`;
}

// The lines of a file, with the header; wide lines scroll sideways.
export function RawLines({ name, lines, rows }) {
  const text = lines.map((line) => line.replace(/\r?\n$/, "")).join("\n");
  const all = rows === undefined || rows <= ROWS_SHOWN;
  return html`<figure class="raw-lines">
    <figcaption>${all ? FILES.rawLines : FILES.firstRows(ROWS_SHOWN)}</figcaption>
    <pre tabindex="0" role="region" aria-label=${FILES.linesOf(name)}>${text}</pre>
  </figure>`;
}
