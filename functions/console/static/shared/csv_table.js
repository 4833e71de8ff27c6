// Rows of a CSV file as a table: each header over its value. Scrolls sideways by itself; the keyboard reaches it.

import { html } from "../lib/html.js";
import { readCsv } from "../lib/text/csv.js";
import { CSV } from "./csv_words.js";

// `changed` are the headers of the columns whose value differs from the last one.
export function CsvTable({ label, header, rows, changed = new Set() }) {
  return html`<div class="table small csv" role="region" aria-label=${label} tabindex="0">
    <table>
      <caption class="visually-hidden">${label}</caption>
      ${header && html`<thead><tr>${header.map((name, at) => html`<th scope="col" key=${at}>${name}</th>`)}</tr></thead>`}
      <tbody>
        ${rows.map(
          (cells, number) => html`<tr key=${number}>
            ${cells.map((cell, at) => html`<td key=${at} class=${changed.has(header?.[at]) ? "changed" : ""}>
              ${cell === "" ? html`<span class="muted">${CSV.blank}</span>` : html`<span class="cell">${cell}</span>`}
              ${changed.has(header?.[at]) && html`<span class="visually-hidden"> ${CSV.changed}</span>`}
            </td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

// The same of the lines of a file, of which `rows` are not the header. Nothing if they are no table.
export function CsvOfLines({ label, lines, rows }) {
  const cells = readCsv(lines.map((line) => line.replace(/\r?\n$/, "")).join("\n")).rows;
  if (cells.length === 0 || cells.some((row) => row.length !== cells[0].length)) return null;
  const [header, body] = lines.length > rows ? [cells[0], cells.slice(1)] : [null, cells];
  return html`<${CsvTable} label=${label} header=${header} rows=${body} />`;
}
