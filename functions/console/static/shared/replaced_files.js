// The files that a run replaces: since when each lies there, its rows, and whether it was collected;
// and the students of uncollected files that go again.

import { html } from "../lib/html.js";
import { Time, count } from "../components/time.js";
import { RunLink } from "./links.js";

const COLLECTED = {
  yes: "It was collected, so nothing is replaced.",
  no: "It was not collected.",
  unknown: "It is not known whether it was collected.",
};

// replaces: [{path, delivered_at, run_id, rows: or null, collected: yes, no or unknown}]; `test`: of test
// records, which no importer collects.
export function ReplacedFiles({ connection, replaces, test }) {
  if (replaces.length === 0) return null;
  return html`<ul class="plain" aria-label="Files that lie there">
    ${replaces.map(
      (one) => html`<li key=${one.path}>
        <code>${one.path}</code>: the last file came
        ${" "}<${Time} at=${one.delivered_at} zone=${connection.time_zone} />${one.rows !== null && `, with ${count(one.rows, "row")}`}.
        ${" "}${test ? "It was a test, too." : COLLECTED[one.collected]}
      </li>`,
    )}
  </ul>`;
}

// carried: [{path, run_id, students}]
export function CarriedOver({ connection, carried, dry }) {
  const listed = carried.filter((one) => one.students > 0);
  if (listed.length === 0) return null;
  return html`<ul class="plain" aria-label="Students carried over">
    ${listed.map(
      (one) => html`<li key=${one.path + one.run_id}>
        ${count(one.students, "student")} of <code>${one.path}</code> ${dry ? "would go" : "went"} again, as they are now: run
        ${" "}<${RunLink} c=${connection.connection_id} run_id=${one.run_id} /> had sent them, and it is not known that they were collected.
      </li>`,
    )}
  </ul>`;
}

// Whether students of a file would be lost if the SIS has not collected it.
export function mayLose(connection, run) {
  if (connection.guards.not_collected.action === "carry_over") return false;
  return run.years.some((year) => year.replaces.some((one) => one.collected !== "yes"));
}
