// Rows of a CSV file as a table: each header over its value. Scrolls sideways by itself; the keyboard reaches it.

import { html } from "../lib/html.js";
import { readCsv } from "../lib/text/csv.js";
import { CSV } from "./csv_words.js";

// `header` may be null. `before` has former rows: values that differ from theirs are marked.
export function CsvTable({ label, header, rows, before = rows }) {
  return html`<div class="table small csv" role="region" aria-label=${label} tabindex="0">
    <table>
      <caption class="visually-hidden">${label}</caption>
      ${header && html`<thead><tr>${header.map((name, at) => html`<th scope="col" key=${at}>${name}</th>`)}</tr></thead>`}
      <tbody>
        ${rows.map(
          (cells, number) => html`<tr key=${number}>
            ${cells.map((cell, at) => html`<td key=${at}><${Cell} value=${cell} before=${before[number]?.[at]} /></td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function Cell({ value, before }) {
  const text = value === "" ? html`<span class="muted">${CSV.blank}</span>` : html`<span class="cell">${value}</span>`;
  if (before === value) return text;
  const was = before === undefined ? CSV.added : CSV.was(before || CSV.blank);
  return html`<mark title=${was}>${text}<span class="visually-hidden">, ${was}</span></mark>`;
}

// {header, rows} of the first lines of a file, of which `rows` are not the header; null if they are no table.
export function tableOf(lines, rows) {
  const cells = readCsv(lines.map((line) => line.replace(/\r?\n$/, "")).join("\n")).rows;
  if (cells.length === 0 || cells.some((row) => row.length !== cells[0].length)) return null;
  return lines.length > rows ? { header: cells[0], rows: cells.slice(1) } : { header: null, rows: cells };
}
