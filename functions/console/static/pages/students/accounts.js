// The totals of each year, which account for every student, and the lists of students not exported.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { schoolYear } from "../../lib/runs.js";
import { ButtonLink } from "../../components/button.js";
import { SelectField } from "../../components/fields.js";
import { EmptyState, ErrorState, Loading, Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Tabs } from "../../components/tabs.js";
import { count, momentText, number } from "../../components/time.js";
import { RunLink } from "../../shared/links.js";
import { StudentList } from "./student_list.js";
import { STUDENT_STATUS } from "./student_status.js";

const LISTS = [
  { id: "due", label: "Due" },
  { id: "held", label: "Held back" },
  { id: "never_exported", label: "Never exported" },
  { id: "all", label: "All" },
];
const OF_ALL = ["exported", "left_out", "removed", "unconfirmed"]; // the others have a list

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
  const shown = list === "all" && OF_ALL.includes(query.get("status")) ? query.get("status") : list;
  const choose = (wanted) => onChoose({ year: year.school_year, list, ...wanted });
  const label = `${STUDENT_STATUS[shown]?.label ?? LISTS.find((one) => one.id === list).label}, ${schoolYear(year.school_year)}`;
  return html`<section class="stack" aria-labelledby="accounts">
      <h2 id="accounts">Every student accounted for</h2>
      <div class="accounts"><${AccountTable} years=${years} /></div>
      <div class="row">
        <${ButtonLink} icon="check" href=${href("/connections/{c}/compare", { c }, { year: year.school_year })}>Have they arrived?<//>
        <span class="muted">Compares these students with a list from the SIS.</span>
      </div>
      ${years
        .filter((one) => one.missing > 0)
        .map((one) => html`<${Notice} key=${one.school_year} tone="warn"><p>${missing(one)}</p><//>`)}
    </section>
    <section class="stack" aria-labelledby="lists">
      <div class="apart">
        <div>
          <h2 id="lists">Lists of students</h2>
          <${LastExport} connection=${connection} year=${year} />
        </div>
        ${years.length > 1 && html`<${YearChoice} years=${years} year=${year} onChoose=${choose} />`}
      </div>
      <${Tabs}
        label=${`Students of ${schoolYear(year.school_year)}`}
        tabs=${LISTS.map((one) => ({ ...one, note: one.id in year && number(year[one.id]) }))}
        selected=${list}
        onSelect=${(id) => choose({ list: id })}
      >
        ${list === "all" && html`<${StatusChoice} status=${shown} onChoose=${(wanted) => choose({ status: wanted })} />`}
        <${StudentList}
          key=${`${year.school_year} ${shown}`}
          connection=${connection}
          year=${year.school_year}
          status=${shown}
          label=${label}
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

function StatusChoice({ status, onChoose }) {
  const options = OF_ALL.map((value) => ({ value, label: STUDENT_STATUS[value].label }));
  return html`<div class="narrow">
    <${SelectField} label="Status" options=${[{ value: "all", label: "All" }, ...options]} value=${status} onInput=${onChoose} />
  </div>`;
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
