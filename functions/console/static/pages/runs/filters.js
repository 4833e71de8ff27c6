// The filters of the history; they are in the address, so that a link shows the same runs.

import { html, useEffect, useState } from "../../lib/html.js";
import { KIND, STATUS, schoolYear } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { DayField, SelectField } from "../../components/fields.js";
import { FILTER } from "./words.js";

const NAMES = ["status", "kind", "from", "to", "school_year"];
const DAY = /^\d{4}-\d\d-\d\d$/;
const FIRST_DAY = "2000-01-01"; // while a year is typed, its first value is 0002
const ROOM = "(min-width: 48rem)";

const RESULTS = [
  { value: "", label: FILTER.allResults },
  { value: "pending,in_progress", label: FILTER.underWay },
  ...["awaiting_confirmation", "failed", "partial", "succeeded", "nothing_to_export", "cancelled"].map(
    (value) => ({ value, label: STATUS[value].label }),
  ),
];
const KINDS = [
  { value: "", label: FILTER.allKinds },
  ...Object.entries({ ...KIND, dry_run: FILTER.previews }).map(([value, label]) => ({ value, label })),
];

// {status, kind, from, to, school_year} of an address; "" for an unused filter.
export function filtersOf(query) {
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]));
}

// The filters as the API takes them: a preview is listed only on request, because each opening of Export
// Students makes one.
export function asked(filters) {
  return { ...filters, kind: filters.kind || Object.keys(KIND).filter((kind) => kind !== "dry_run").join() };
}

export function isFiltered(filters) {
  return NAMES.some((name) => filters[name]);
}

// `onInput` receives the filters in use.
export function Filters({ filters, years, onInput }) {
  const [open] = useState(() => isFiltered(filters) || matchMedia(ROOM).matches);
  const ask = (name) => (value) => {
    const wanted = Object.entries({ ...filters, [name]: value }).filter(([, text]) => text);
    onInput(Object.fromEntries(wanted));
  };
  return html`<details class="filters" open=${open}>
    <summary>${FILTER.open}</summary>
    <div class="filter-fields" role="group" aria-label=${FILTER.group}>
      <${SelectField} label=${FILTER.result} options=${RESULTS} value=${filters.status} onInput=${ask("status")} />
      <${SelectField} label=${FILTER.kind} options=${KINDS} value=${filters.kind} onInput=${ask("kind")} />
      <${DayFilter} label=${FILTER.from} value=${filters.from} onInput=${ask("from")} />
      <${DayFilter} label=${FILTER.to} value=${filters.to} onInput=${ask("to")} />
      <${SelectField}
        label=${FILTER.year}
        options=${yearsToChoose(years, filters.school_year)}
        value=${filters.school_year}
        onInput=${ask("school_year")}
      />
      ${isFiltered(filters) && html`<${Button} kind="quiet" icon="close" onClick=${() => onInput({})}>${FILTER.clear}<//>`}
    </div>
  </details>`;
}

function yearsToChoose(years, asked) {
  const all = new Set([...years, ...(/^\d{4}$/.test(asked) ? [Number(asked)] : [])]);
  const options = [...all].sort().map((year) => ({ value: String(year), label: schoolYear(year) }));
  return [{ value: "", label: FILTER.allYears }, ...options.reverse()];
}

function DayFilter({ label, value, onInput }) {
  const [day, setDay] = useState(value);
  useEffect(() => setDay(value), [value]);
  const type = (text) => {
    setDay(text);
    if (!text || text >= FIRST_DAY) onInput(text);
  };
  return html`<${DayField} min=${FIRST_DAY} label=${label} value=${DAY.test(day) ? day : ""} onInput=${type} />`;
}
