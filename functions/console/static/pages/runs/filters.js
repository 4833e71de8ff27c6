// The filters of the history; they are in the address, so that a link shows the same runs.

import { html, useEffect, useState } from "../../lib/html.js";
import { KIND, STATUS, schoolYear } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { DayField, SelectField } from "../../components/fields.js";
import { FILTER } from "./words.js";

const [FIRST_DAY, LAST_DAY] = ["2000-01-01", "2999-12-31"];
const WHOLE_YEAR = "1000"; // while 2026 is typed, the year of the field is 0002, then 0020 and 0202
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

const isOne = (options) => (text) => options.some(({ value }) => value === text);

function isDay(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false; // Date takes 2026, too
  const day = new Date(`${text}T00:00:00Z`);
  return text >= FIRST_DAY && text <= LAST_DAY && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

// Whether the field of each filter can show a text.
const CAN_SHOW = {
  status: isOne(RESULTS),
  kind: isOne(KINDS),
  from: isDay,
  to: isDay,
  school_year: (text) => /^\d{4}$/.test(text) && text >= "1990" && text <= "2100", // as the API
};
const NAMES = Object.keys(CAN_SHOW);

// {status, kind, from, to, school_year} of an address; "" for an unused filter, and for one that could not be shown.
export function filtersOf(query) {
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]).map(([name, text]) => [name, CAN_SHOW[name](text) ? text : ""]));
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
  const isCleared = !isFiltered(filters);
  return html`<details class="filters" open=${open}>
    <summary>${FILTER.open}</summary>
    <div class="filter-fields" role="group" aria-label=${FILTER.group}>
      <${SelectField} label=${FILTER.result} options=${RESULTS} value=${filters.status} onInput=${ask("status")} />
      <${SelectField} label=${FILTER.kind} options=${KINDS} value=${filters.kind} onInput=${ask("kind")} />
      <${DayFilter} label=${FILTER.from} isCleared=${isCleared} value=${filters.from} onInput=${ask("from")} />
      <${DayFilter} label=${FILTER.to} isCleared=${isCleared} value=${filters.to} onInput=${ask("to")} />
      <${SelectField}
        label=${FILTER.year}
        options=${yearsToChoose(years, filters.school_year)}
        value=${filters.school_year}
        onInput=${ask("school_year")}
      />
      ${!isCleared && html`<${Button} kind="quiet" icon="close" onClick=${() => onInput({})}>${FILTER.clear}<//>`}
    </div>
  </details>`;
}

function yearsToChoose(years, asked) {
  const all = new Set([...years, ...(asked ? [Number(asked)] : [])]);
  const options = [...all].sort().map((year) => ({ value: String(year), label: schoolYear(year) }));
  return [{ value: "", label: FILTER.allYears }, ...options.reverse()];
}

// Keeps a day that is refused, until the filters are cleared.
function DayFilter({ label, value, isCleared, onInput }) {
  const [day, setDay] = useState(value);
  useEffect(() => setDay(value), [value]);
  useEffect(() => {
    if (isCleared) setDay("");
  }, [isCleared]);
  const type = (text) => {
    setDay(text);
    if (!text || isDay(text)) onInput(text);
  };
  const problem = day > WHOLE_YEAR && !isDay(day) ? FILTER.farAway : "";
  return html`<${DayField} min=${FIRST_DAY} label=${label} value=${day} problem=${problem} onInput=${type} />`;
}
