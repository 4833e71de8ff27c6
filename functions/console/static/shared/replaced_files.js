// The files that a run replaces: since when each was there, its rows, and whether it was imported; and the
// students of uncollected files that go again.

import { html } from "../lib/html.js";
import { momentInText } from "../components/time.js";
import { RunLink } from "./links.js";
import { CARRIED, REPLACES } from "./run_words.js";

const nameOf = (path) => path.split("/").at(-1);

// A sentence for each file. replaces: [{path, delivered_at, run_id, rows: or null, collected: yes, no or
// unknown, full: whether the new file has all students}]; `test`: of test records, which no importer
// collects; `done`: of a run that is over.
export function ReplacedFiles({ connection, replaces, test = false, done = false }) {
  if (replaces.length === 0) return null;
  const names = replaces.map((one) => nameOf(one.path));
  const isUnique = new Set(names).size === names.length; // two school years have files of the same name
  return html`<ul class="plain" aria-label=${REPLACES.list}>
    ${replaces.map((one) => html`<li key=${one.path} title=${one.path}>${sentenceOf(connection, one, isUnique ? nameOf(one.path) : one.path, test, done)}</li>`)}
  </ul>`;
}

function sentenceOf(connection, one, name, test, done) {
  const of = [name, momentInText(one.delivered_at, connection.time_zone), one.rows];
  const sis = connection.sis || REPLACES.yourSis;
  if (one.collected === "yes" && !test) return `${REPLACES.aheadCollected(...of)} ${capital(REPLACES.yes(sis))}`;
  const what = done ? REPLACES.done(...of) : REPLACES.ahead(...of);
  if (test) return `${what} ${REPLACES.test}`;
  if (one.full) return `${what} ${REPLACES.full}`;
  const known = { no: [REPLACES.no, REPLACES.noThen], unknown: [REPLACES.unknown, REPLACES.unknownThen] };
  return `${what} ${capital(known[one.collected][Number(done)](sis))}`;
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

// carried: [{path, run_id, students}]
export function CarriedOver({ connection, carried, dry }) {
  const listed = carried.filter((one) => one.students > 0);
  if (listed.length === 0) return null;
  return html`<ul class="plain" aria-label=${CARRIED.list}>
    ${listed.map(
      (one) => html`<li key=${one.path + one.run_id} title=${one.path}>
        ${(dry ? CARRIED.ahead : CARRIED.done)(one.students, nameOf(one.path))}
        ${" "}${CARRIED.sentBy}${" "}<${RunLink} c=${connection.connection_id} run_id=${one.run_id} />.
      </li>`,
    )}
  </ul>`;
}

// The files whose students would be lost if the SIS has not imported them.
export function atRisk(connection, run) {
  if (connection.guards.not_collected.action === "carry_over") return [];
  return run.years.flatMap((year) =>
    year.replaces.filter((one) => one.collected !== "yes" && !one.full && one.rows !== 0),
  );
}
