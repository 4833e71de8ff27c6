// The list of the SIS: a file, and what was understood of it.

import { html } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { CsvFile } from "../../shared/csv_file.js";
import { FILE } from "./words.js";

let files = 0;

// `onFile` receives {number, name, header, rows, delimiter}, or null for a file without a list.
export function SisFile({ file, onFile }) {
  const take = (found) => {
    onFile(found);
    if (found) announce(FILE.read(found.rows.length));
  };
  return html`<${CsvFile}
      label=${FILE.label}
      hint=${FILE.hint}
      convert=${listOf}
      onRead=${take}
    />
    ${file && html`<p class="muted">${understood(file)}</p>`}`;
}

function listOf({ name, delimiter, rows: [first, ...others] }) {
  if (others.length === 0) throw new Error(FILE.tooShort);
  const width = Math.max(first.length, ...others.map((row) => row.length));
  const header = Array.from({ length: width }, (_, at) => first[at] || FILE.column(at + 1));
  files += 1;
  return { number: files, name, header, rows: others, delimiter };
}

function understood({ name, header, rows, delimiter }) {
  return FILE.understood(name, rows.length, header.length, FILE.delimiters[delimiter] ?? delimiter);
}
