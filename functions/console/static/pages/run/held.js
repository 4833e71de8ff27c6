// The students of a run's year who need attention, by reason.

import { getAll, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { HeldGroups } from "./held_groups.js";
import { HELD } from "./held_words.js";

// year: of the run, whose record lists the first students without names and values, and counts all
export function Held({ connection, run, year: { school_year, held, held_count, held_groups } }) {
  const c = connection.connection_id;
  const dry = run.kind === "dry_run";
  const { data: details, error } = useData(
    (options) => getAll(pathOf(c, "exports", run.run_id, "held"), { ...options, query: { school_year } }),
    [c, run.run_id, school_year, held.length],
  );
  const listed = new Set(held.map((row) => row.student_id)).size;
  const to = href("/connections/{c}/students", { c }, { year: school_year, list: "held" });
  return html`<div class="stack">
    <div>
      <h3>${(dry ? HELD.wouldNeed : HELD.title)(held_count)}</h3>
      <p class="muted">${dry ? HELD.hintPreview : HELD.hint}${listed < held_count && ` ${HELD.listed(listed)}`}</p>
      ${run.kind === "export" && html`<p><a href=${to}>${HELD.toList}</a></p>`}
    </div>
    <${HeldGroups} connection=${connection} rows=${withDetails(held, details ?? [], error)} counts=${held_groups} />
  </div>`;
}

// The rows of the record, with the names and values of the students who are still there. After an error the names
// are read one by one.
function withDetails(held, details, error) {
  const keyOf = ({ student_id, file, field, rule }) => JSON.stringify([student_id, file, field, rule]);
  const known = new Map(details.map((row) => [keyOf(row), row]));
  return held.map((row) => {
    const { name = error ? undefined : "", value } = known.get(keyOf(row)) ?? {};
    return { ...row, name, value };
  });
}
