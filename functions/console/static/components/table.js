// A table that scrolls sideways by itself where it is too wide; the page never does.

import { html } from "../lib/html.js";

// columns: [{label, cell: (row) => content, number?, heading?}]; `heading` marks the cell that names
// its row. `id` returns a row's key.
export function Table({ label, columns, rows, id, small }) {
  return html`<div class="table ${small ? "small" : ""}" role="region" aria-label=${label} tabindex="0">
    <table>
      <caption class="visually-hidden">${label}</caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" key=${column.label} class=${column.number ? "number" : ""}>${column.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr key=${id(row)}>
            ${columns.map((column) =>
              column.heading
                ? html`<th scope="row" key=${column.label}>${column.cell(row)}</th>`
                : html`<td key=${column.label} class=${column.number ? "number" : ""}>${column.cell(row)}</td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
