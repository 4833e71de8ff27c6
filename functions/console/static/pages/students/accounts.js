// The totals of each year, which account for every student, and the lists of students by status.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { schoolYear } from "../../lib/runs.js";
import { ButtonLink } from "../../components/button.js";
import { SelectField } from "../../components/fields.js";
import { EmptyState, ErrorState, Loading, Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Tabs } from "../../components/tabs.js";
import { atLeast, momentText, number } from "../../components/time.js";
import { RunLink } from "../../shared/links.js";
import { Attention } from "./attention.js";
import { StudentList } from "./student_list.js";
import { LISTS, STUDENT_STATUS, TOTALS } from "./words.js";

const COUNTED = ["held", "due", "exported", "left_out"]; // together, everyone who was synced
const OTHERS = ["never_exported", "removed", "unconfirmed"]; // choices within the list of all
const ALL = "all";

// The address has the year and the list; `onChoose` changes it.
export function Accounts({ connection, query, onChoose }) {
  const c = connection.connection_id;
  const [isListFirst] = useState(query.has("list")); // a link to a list, such as the number on a card, shows it without scrolling
  const { data: status, error, reload } = useData((options) => get(pathOf(c, "status"), options), [c]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!status) return html`<${Loading} label=${TOTALS.counting} />`;
  if (status.years.length === 0) return html`<${EmptyState} title=${TOTALS.noneSynced}><p>${TOTALS.noneSyncedWhy}</p><//>`;
  const years = [...status.years].reverse();
  const year = years.find((one) => String(one.school_year) === query.get("year")) ?? fullest(years);
  const asked = OTHERS.includes(query.get("list")) ? query.get("list") : query.get("status"); // "list" in old bookmarks
  const list = OTHERS.includes(asked) ? ALL : ([...COUNTED, ALL].find((one) => one === query.get("list")) ?? urgent(year));
  const shown = list === ALL && OTHERS.includes(asked) ? asked : list;
  const choose = (wanted) => onChoose({ year: year.school_year, ...(query.has("list") && { list }), ...wanted });
  const totals = html`<section class="stack" aria-labelledby="accounts">
      <h2 id="accounts">${TOTALS.title}</h2>
      <div class="accounts"><${AccountTable} years=${years} /></div>
      <div class="row">
        <${ButtonLink} icon="check" href=${href("/connections/{c}/compare", { c }, { year: year.school_year })}>${TOTALS.compare}<//>
        <span class="muted">${TOTALS.compareHint}</span>
      </div>
      ${years
        .filter((one) => one.missing > 0)
        .map((one) => html`<${Notice} key=${one.school_year} tone="warn"><p>${TOTALS.missing(one)}</p><//>`)}
    </section>`;
  const lists = html`<section class="stack" aria-labelledby="lists">
      <div class="apart">
        <div>
          <h2 id="lists">${LISTS.title}</h2>
          <${LastExport} connection=${connection} year=${year} />
        </div>
        ${years.length > 1 && html`<${YearChoice} years=${years} year=${year} onChoose=${choose} />`}
      </div>
      <${Tabs}
        label=${LISTS.ofYear(year.school_year)}
        tabs=${[...COUNTED, ALL].map((id) => ({ id, label: labelOf(id), note: id in year && countOf(year, id) }))}
        selected=${list}
        onSelect=${(id) => choose({ list: id })}
      >
        ${list === ALL && html`<${Choice} status=${shown} onChoose=${(wanted) => choose({ status: wanted })} />`}
        ${list === "held"
          ? html`<${Attention} key=${year.school_year} connection=${connection} year=${year.school_year} />`
          : html`<${StudentList}
              key=${`${year.school_year} ${shown}`}
              connection=${connection}
              year=${year.school_year}
              status=${shown}
              label=${`${labelOf(shown)}, ${schoolYear(year.school_year)}`}
            />`}
      <//>
    </section>`;
  return isListFirst ? [lists, totals] : [totals, lists];
}

const labelOf = (list) => STUDENT_STATUS[list]?.label ?? (list === ALL ? LISTS.all : LISTS.neverSent);

// Of very many waiting students some were counted: their numbers are then the least that they can be.
const countOf = (year, name) => atLeast(year[name], year.at_least && (name === "due" || name === "held"));

// The list to open first: students who need attention.
const urgent = (year) => (year.held > 0 ? "held" : "due");

// The latest year with students in a list.
function fullest(years) {
  return years.find((year) => year.due + year.held > 0) ?? years[0];
}

function AccountTable({ years }) {
  const column = (label, name) => ({ label, number: true, cell: (year) => number(year[name]) });
  return html`${years.some((year) => year.at_least) && html`<p class="muted">${TOTALS.atLeast}</p>`}
  <${Table}
    label=${TOTALS.table}
    rows=${years}
    id=${(year) => year.school_year}
    columns=${[
      { label: TOTALS.year, heading: true, cell: (year) => schoolYear(year.school_year) },
      column(TOTALS.synced, "synced"),
      column(TOTALS.sent, "exported"),
      column(TOTALS.filteredOut, "left_out"),
      column(TOTALS.needAttention, "held"),
      column(TOTALS.ready, "due"),
    ]}
  />`;
}

function Choice({ status, onChoose }) {
  const options = [{ value: ALL, label: LISTS.everyone }, ...OTHERS.map((value) => ({ value, label: labelOf(value) }))];
  return html`<div class="narrow list-choice">
    <${SelectField} label=${LISTS.show} options=${options} value=${status} onInput=${onChoose} />
  </div>`;
}

function LastExport({ connection: { connection_id: c, time_zone: zone }, year: { school_year, last_export: last } }) {
  if (!last) return html`<p class="muted">${LISTS.noExport(school_year)}</p>`;
  return html`<p class="muted">
    ${LISTS.lastExport(school_year)}${" "}
    <${RunLink} c=${c} run_id=${last.run_id}>${momentText(last.exported_at, zone)}<//>, ${LISTS.students(last.students)}
  </p>`;
}

function YearChoice({ years, year, onChoose }) {
  return html`<div class="year-choice" role="group" aria-label=${LISTS.years}>
    ${years.map(
      (one) => html`<button
        type="button"
        key=${one.school_year}
        class="button"
        aria-pressed=${one === year}
        onClick=${() => onChoose({ year: one.school_year })}
      >${schoolYear(one.school_year)}</button>`,
    )}
  </div>`;
}
