// A CSV file that a person drops or chooses. It is read in the browser and goes nowhere.

import { html, useRef, useState } from "../lib/html.js";
import { readCsv, textOfFile } from "../lib/text/csv.js";
import { Field } from "../components/fields.js";
import { ErrorNotice } from "../components/states.js";
import { CSV_FILE } from "./words.js";

const MAX_BYTES = 100_000_000;

// `onRead` receives what `convert` makes of {name, delimiter, rows: [[cell, …]]}, or null after an error, which
// is shown here; `convert` may throw one. There is at least one row.
export function CsvFile({ label, hint, convert, onRead }) {
  const [error, setError] = useState(null);
  const [over, setOver] = useState(false);
  const latest = useRef(null);
  const read = async (chosen) => {
    if (!chosen) return;
    latest.current = chosen;
    const show = (found, problem) => {
      if (latest.current !== chosen) return; // another file was chosen meanwhile
      setError(problem);
      onRead(found);
    };
    try {
      show(convert(await tableOf(chosen)), null);
    } catch (problem) {
      show(null, problem);
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
    <${Field} label=${label} hint=${hint}>
      ${(fieldProps) =>
        html`<input type="file" accept=".csv,.txt,.tsv,text/csv,text/plain" ...${fieldProps} onInput=${(event) => read(event.target.files[0])} />`}
    <//>
    <${ErrorNotice} error=${error} />
  </div>`;
}

async function tableOf(chosen) {
  if (chosen.size > MAX_BYTES) throw new Error(CSV_FILE.tooLarge);
  const text = await textOfFile(chosen);
  if (text.startsWith("PK\u0003\u0004")) throw new Error(CSV_FILE.noCsv);
  const { rows, delimiter } = readCsv(text);
  if (rows.length === 0) throw new Error(CSV_FILE.empty);
  return { name: chosen.name, delimiter, rows: rows.map((row) => row.map(cellText)) };
}

// Without blanks around it, and ="007" as 007: some systems write ids this way for Excel, as we do.
function cellText(cell) {
  const text = cell.trim();
  return /^="[^"]*"$/.test(text) ? text.slice(2, -1) : text;
}
