// The list of the SIS: a file, and what was understood of it.

import { html } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { CsvFile } from "../../shared/csv_file.js";
import { count } from "../../components/time.js";

const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars" };

let files = 0;

// `onFile` receives {number, name, header, rows, delimiter}, or null for a file without a list.
export function SisFile({ file, onFile }) {
  const take = (found) => {
    onFile(found);
    if (found) announce(`The list has ${count(found.rows.length, "row")}.`);
  };
  return html`<${CsvFile}
      label="File"
      hint="CSV with the names of its columns in the first row. Drop it here, or choose it."
      convert=${listOf}
      onRead=${take}
    />
    ${file && html`<p class="muted">${understood(file)}</p>`}`;
}

function listOf({ name, delimiter, rows: [first, ...others] }) {
  if (others.length === 0) throw new Error("The file has only one row: it needs the names of its columns, and a row for each student.");
  const width = Math.max(first.length, ...others.map((row) => row.length));
  const header = Array.from({ length: width }, (_, at) => first[at] || `Column ${at + 1}`);
  files += 1;
  return { number: files, name, header, rows: others, delimiter };
}

function understood({ name, header, rows, delimiter }) {
  const between = DELIMITERS[delimiter] ?? delimiter;
  return `${name}: ${count(rows.length, "row")} of ${count(header.length, "column")}, with ${between} between them.`;
}
