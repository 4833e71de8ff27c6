// A record before it is sent: for each file the path, each header over its value, and the raw lines.

import { html } from "../../lib/html.js";
import { CsvTable } from "../../shared/csv_table.js";
import { ReplacedFiles } from "../../shared/replaced_files.js";
import { RawLines } from "../../shared/run_files.js";
import { PREVIEW } from "./words.js";

// rows: the items of a preview's `files` that have a line; a file may have several.
export function RecordPreview({ connection, rows, test_files }) {
  const files = Map.groupBy(rows, (row) => row.name);
  return html`<ul class="record-files">
    ${[...files].map(
      ([name, ofFile]) => html`<li key=${name}>
        <${OneFile} connection=${connection} file=${test_files.find((file) => file.name === name)} rows=${ofFile} />
      </li>`,
    )}
  </ul>`;
}

function OneFile({ connection, file: { name, path, header, replaces }, rows }) {
  const lines = rows.map((row) => row.line);
  return html`<h3>${name}</h3>
    <p class="muted">${PREVIEW.path} <code>${path}</code></p>
    <${ReplacedFiles} connection=${connection} replaces=${replaces ? [replaces] : []} test />
    <${CsvTable}
      label=${PREVIEW.values(name)}
      header=${rows[0].fields.map((field) => field.to)}
      rows=${rows.map((row) => row.fields.map((field) => field.value))}
    />
    <details>
      <summary>${PREVIEW.rawLines}</summary>
      <${RawLines} name=${name} lines=${header ? [header, ...lines] : lines} />
    </details>`;
}
