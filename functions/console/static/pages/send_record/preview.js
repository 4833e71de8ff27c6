// A record before it is sent: for each file the path, the values by header, and the raw lines.

import { html } from "../../lib/html.js";
import { Table } from "../../components/table.js";
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
  return html`<h3><code>${path}</code></h3>
    <${ReplacedFiles} connection=${connection} replaces=${replaces ? [replaces] : []} test />
    ${rows.map(
      (row) => html`<${Table}
        key=${row.row}
        small
        label=${rows.length > 1 ? PREVIEW.valuesOfRow(row.row, name) : PREVIEW.values(name)}
        rows=${row.fields}
        id=${(field) => field.to}
        columns=${[
          { label: PREVIEW.field, heading: true, cell: (field) => field.to },
          { label: PREVIEW.value, cell: (field) => field.value },
        ]}
      />`,
    )}
    <${RawLines} name=${name} lines=${header ? [header, ...lines] : lines} />`;
}
