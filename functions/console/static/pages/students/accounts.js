// The totals of each year, which account for every student, and the lists of students not exported.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { EmptyState, ErrorState, Loading, Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Tabs } from "../../components/tabs.js";
import { count, momentText, number } from "../../components/time.js";
import { RunLink } from "../../shared/links.js";
import { StudentList } from "./student_list.js";

const LISTS = [
  { id: "due", label: "Due" },
  { id: "held", label: "Held back" },
  { id: "never_exported", label: "Never exported" },
];

// The address has the year and the list; `onChoose` changes it.
export function Accounts({ connection, query, onChoose }) {
  const c = connection.connection_id;
  const { data: status, error, reload } = useData((options) => get(pathOf(c, "status"), options), [c]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!status) return html`<${Loading} label="Counting …" />`;
  if (status.years.length === 0)
    return html`<${EmptyState} title="Nobody was synced yet">
      <p>Sync approved registrations in SchoolMint Enroll: then everyone of them is accounted for here.</p>
    <//>`;
  const years = [...status.years].reverse();
  const year = years.find((one) => String(one.school_year) === query.get("year")) ?? fullest(years);
  const list = LISTS.some((one) => one.id === query.get("list")) ? query.get("list") : "due";
  const choose = (wanted) => onChoose({ year: year.school_year, list, ...wanted });
  return html`<section class="stack" aria-labelledby="accounts">
      <h2 id="accounts">Every student accounted for</h2>
      <div class="accounts"><${AccountTable} years=${years} /></div>
      ${years
        .filter((one) => one.missing > 0)
        .map((one) => html`<${Notice} key=${one.school_year} tone="warn"><p>${missing(one)}</p><//>`)}
    </section>
    <section class="stack" aria-labelledby="lists">
      <div class="apart">
        <div>
          <h2 id="lists">Not exported as last synced</h2>
          <${LastExport} connection=${connection} year=${year} />
        </div>
        ${years.length > 1 && html`<${YearChoice} years=${years} year=${year} onChoose=${choose} />`}
      </div>
      <${Tabs}
        label=${`Students of ${schoolYear(year.school_year)}`}
        tabs=${LISTS.map((one) => ({ ...one, note: number(year[one.id]) }))}
        selected=${list}
        onSelect=${(id) => choose({ list: id })}
      >
        <${StudentList}
          key=${`${year.school_year} ${list}`}
          connection=${connection}
          year=${year.school_year}
          list=${list}
          label=${`${LISTS.find((one) => one.id === list).label}, ${schoolYear(year.school_year)}`}
        />
      <//>
    </section>`;
}

// The latest year with students in a list.
function fullest(years) {
  return years.find((year) => year.due + year.held > 0) ?? years[0];
}

function AccountTable({ years }) {
  const column = (label, name) => ({ label, number: true, cell: (year) => number(year[name]) });
  return html`${years.some((year) => year.at_least) && html`<p class="muted">So many students are due that only some of them were counted: the numbers due and held back are the least that they can be.</p>`}
  <${Table}
    label="Students of each school year"
    rows=${years}
    id=${(year) => year.school_year}
    columns=${[
      { label: "School year", heading: true, cell: (year) => schoolYear(year.school_year) },
      column("Synced", "synced"),
      column("= Exported", "exported"),
      column("+ Left out", "left_out"),
      column("+ Held back", "held"),
      column("+ Due", "due"),
    ]}
  />`;
}

function LastExport({ connection: { connection_id: c, time_zone: zone }, year: { school_year, last_export: last } }) {
  if (!last) return html`<p class="muted">There was no export of ${schoolYear(school_year)} yet.</p>`;
  return html`<p class="muted">
    Last export of ${schoolYear(school_year)}:${" "}
    <${RunLink} c=${c} run_id=${last.run_id}>${momentText(last.exported_at, zone)}<//>, ${count(last.students, "student")}
  </p>`;
}

function missing(year) {
  return (
    `${schoolYear(year.school_year)}: ${count(year.missing, "student was", "students were")} announced by a sync ` +
    "that failed and was not repeated. Sync them again in SchoolMint Enroll."
  );
}

function YearChoice({ years, year, onChoose }) {
  return html`<div class="year-choice" role="group" aria-label="School year">
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
