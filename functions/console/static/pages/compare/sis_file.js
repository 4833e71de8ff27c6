// The list of the SIS: a file that is dropped or chosen, and what was understood of it.

import { readCsv, textOfFile } from "../../lib/text/csv.js";
import { html, useRef, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Field } from "../../components/fields.js";
import { ErrorNotice } from "../../components/states.js";
import { count } from "../../components/time.js";

const MAX_BYTES = 100_000_000;
const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars" };

let files = 0;

// `onFile` receives {number, name, header, rows, delimiter}, or null for a file without a list.
export function SisFile({ file, onFile }) {
  const [error, setError] = useState(null);
  const [over, setOver] = useState(false);
  const latest = useRef(null);
  const read = async (chosen) => {
    if (!chosen) return;
    latest.current = chosen;
    try {
      const found = await tableOf(chosen);
      if (latest.current !== chosen) return;
      setError(null);
      onFile(found);
      announce(`The list has ${count(found.rows.length, "row")}.`);
    } catch (problem) {
      setError(problem);
      onFile(null);
    }
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    read(event.dataTransfer.files[0]);
  };
  return html`<div
    class="drop ${over ? "over" : ""}"
    onDragOver=${(event) => {
      event.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)}
    onDrop=${drop}
  >
    <${Field} label="File" hint="CSV with the names of its columns in the first row. Drop it here, or choose it.">
      ${(fieldProps) =>
        html`<input type="file" accept=".csv,.txt,.tsv,text/csv,text/plain" ...${fieldProps} onInput=${(event) => read(event.target.files[0])} />`}
    <//>
    ${file && html`<p class="muted">${understood(file)}</p>`}
    <${ErrorNotice} error=${error} />
  </div>`;
}

async function tableOf(chosen) {
  if (chosen.size > MAX_BYTES) throw new Error("The file is over 100 MB: save only the columns that you compare.");
  const text = await textOfFile(chosen);
  if (text.startsWith("PK\u0003\u0004")) throw new Error("This is an Excel workbook or a zip: save the list as CSV.");
  const { rows: found, delimiter } = readCsv(text);
  if (found.length === 0) throw new Error("The file is empty.");
  const rows = found.map((row) => row.map(cellText));
  const [first, ...others] = rows;
  if (others.length === 0) throw new Error("The file has only one row: it needs the names of its columns, and a row for each student.");
  const width = Math.max(...rows.map((row) => row.length));
  const header = Array.from({ length: width }, (_, at) => first[at] || `Column ${at + 1}`);
  files += 1;
  return { number: files, name: chosen.name, header, rows: others, delimiter };
}

// Without blanks around it, and ="007" as 007: some systems write ids this way for Excel, as we do.
function cellText(cell) {
  const text = cell.trim();
  return /^="[^"]*"$/.test(text) ? text.slice(2, -1) : text;
}

function understood({ name, header, rows, delimiter }) {
  const between = DELIMITERS[delimiter] ?? delimiter;
  return `${name}: ${count(rows.length, "row")} of ${count(header.length, "column")}, with ${between} between them.`;
}
