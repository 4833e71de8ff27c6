// Values without a match code, with counts, to add to the table of codes.

import { html } from "../../lib/html.js";
import { Table } from "../../components/table.js";
import { number } from "../../components/time.js";
import { MappingLink, StudentLink } from "../../shared/links.js";
import { UNMATCHED } from "./words.js";

// values: [{file, field, value, count, students: the first few}]
export function Unmatched({ c, values }) {
  const fields = Map.groupBy(values, (one) => JSON.stringify([one.file, one.field]));
  return html`<div class="stack">
    <h3>${UNMATCHED.title}</h3>
    ${[...fields].map(([key, found]) => html`<${OfField} key=${key} c=${c} values=${found} />`)}
  </div>`;
}

function OfField({ c, values }) {
  const { file, field } = values[0];
  return html`<div>
    <p class="above-table">${UNMATCHED.add}${" "}<${MappingLink} c=${c} file=${file} field=${field} /></p>
    <${Table}
      label=${UNMATCHED.table(field, file)}
      small
      rows=${values}
      id=${(one) => one.value}
      columns=${[
        { label: UNMATCHED.value, heading: true, cell: (one) => html`<code>${one.value}</code>` },
        { label: UNMATCHED.times, number: true, cell: (one) => number(one.count) },
        { label: UNMATCHED.examples, cell: (one) => html`<${Students} c=${c} ids=${one.students} />` },
      ]}
    />
  </div>`;
}

function Students({ c, ids }) {
  return html`<span class="id-list">${ids.map((id) => html`<${StudentLink} key=${id} c=${c} student_id=${id} />`)}</span>`;
}
