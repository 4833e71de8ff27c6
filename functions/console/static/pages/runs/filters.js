// The filters of the history; they are in the address, so that a link shows the same runs.

import { html, useEffect, useState } from "../../lib/html.js";
import { KIND, STATUS, schoolYear } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { SelectField, TextField } from "../../components/fields.js";

const NAMES = ["status", "kind", "from", "to", "school_year"];
const DAY = /^\d{4}-\d\d-\d\d$/;
const FIRST_DAY = "2000-01-01"; // while a year is typed, its first value is 0002
const ROOM = "(min-width: 48rem)";

const RESULTS = [
  { value: "", label: "All results" },
  { value: "pending,in_progress", label: "Under way" },
  ...["awaiting_confirmation", "failed", "partial", "succeeded", "nothing_to_export", "cancelled"].map(
    (value) => ({ value, label: STATUS[value].label }),
  ),
];
const KINDS = [{ value: "", label: "All kinds" }, ...Object.entries(KIND).map(([value, label]) => ({ value, label }))];

// {status, kind, from, to, school_year} of an address; "" for an unused filter.
export function filtersOf(query) {
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]));
}

export function isFiltered(filters) {
  return NAMES.some((name) => filters[name]);
}

// `onInput` receives the filters in use.
export function Filters({ filters, years, onInput }) {
  const [open] = useState(() => isFiltered(filters) || matchMedia(ROOM).matches);
  const ask = (name) => (value) => {
    const wanted = Object.entries({ ...filters, [name]: value }).filter(([, asked]) => asked);
    onInput(Object.fromEntries(wanted));
  };
  return html`<details class="filters" open=${open}>
    <summary>Filter</summary>
    <div class="filter-fields" role="group" aria-label="Filter the runs">
      <${SelectField} label="Result" options=${RESULTS} value=${filters.status} onInput=${ask("status")} />
      <${SelectField} label="Kind" options=${KINDS} value=${filters.kind} onInput=${ask("kind")} />
      <${DayField} label="From" value=${filters.from} onInput=${ask("from")} />
      <${DayField} label="To" value=${filters.to} onInput=${ask("to")} />
      <${SelectField}
        label="School year"
        options=${yearsToChoose(years, filters.school_year)}
        value=${filters.school_year}
        onInput=${ask("school_year")}
      />
      ${isFiltered(filters) && html`<${Button} kind="quiet" icon="close" onClick=${() => onInput({})}>Clear<//>`}
    </div>
  </details>`;
}

function yearsToChoose(years, asked) {
  const all = new Set([...years, ...(asked ? [Number(asked)] : [])]);
  const options = [...all].sort().map((year) => ({ value: String(year), label: schoolYear(year) }));
  return [{ value: "", label: "All years" }, ...options.reverse()];
}

function DayField({ label, value, onInput }) {
  const [day, setDay] = useState(value);
  useEffect(() => setDay(value), [value]);
  const type = (text) => {
    setDay(text);
    if (!text || text >= FIRST_DAY) onInput(text);
  };
  return html`<${TextField} type="date" min=${FIRST_DAY} max="2999-12-31" label=${label} value=${DAY.test(day) ? day : ""} onInput=${type} />`;
}
