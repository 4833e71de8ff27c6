// After a run that replaced a file which may not have been imported: makes its students ready to send again.

import { get, getAll, pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { atRisk } from "../../shared/replaced_files.js";
import { RunLink } from "../../shared/links.js";
import { LOST } from "./words.js";

const AT_ONCE = 500;

export function ReplacedRemedy({ connection, run, year }) {
  const c = connection.connection_id;
  const person = usePerson();
  const [marked, setMarked] = useState(null);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const carried = new Set(year.carried_over.map((one) => one.path));
  const lost = atRisk(connection, { years: [year] }).filter((one) => !carried.has(one.path));
  const runs = [...new Set(lost.map((one) => one.run_id))];
  const marking = useAction(async () => {
    const ids = await lastSentBy(c, year.school_year, runs, control.current.signal);
    await makeReady(c, year.school_year, ids);
    setMarked(ids.length);
    announce(LOST.marked(ids.length));
  });
  if (run.kind === "test_record" || runs.length === 0) return null;
  if (marked !== null) return html`<${Notice} tone="good"><p>${LOST.marked(marked)}</p><//>`;
  return html`<${Notice} tone="warn">
    <p>${LOST.why}</p>
    <div class="row finding-actions">
      ${person.canRun && !connection.deletion && html`<${Button} busy=${marking.busy} onClick=${() => marking.run()}>${LOST.sendAgain}<//>`}
      ${runs.map((run_id) => html`<${RunLink} key=${run_id} c=${c} run_id=${run_id}>${LOST.open}<//>`)}
    </div>
    <${ErrorNotice} error=${marking.error} />
  <//>`;
}

// The students that no later run has sent: the others have reached a newer file.
async function lastSentBy(c, school_year, runs, signal) {
  const exports = await Promise.all(runs.map((run_id) => exportOf(c, run_id, signal)));
  const query = { school_year, status: "exported", details: true, limit: AT_ONCE };
  const students = await getAll(pathOf(c, "registrations"), { query, signal });
  const isOf = ({ student_id, exported }) =>
    exports.some(({ run_id, ids }) => exported?.run_id === run_id && (ids.length === 0 || ids.includes(student_id)));
  return students.filter(isOf).map((one) => one.student_id);
}

// The export of a run's rows: the run itself, or the one that it sent again, with the ids if only of some.
async function exportOf(c, run_id, signal) {
  const run = await get(pathOf(c, "exports", run_id), { signal });
  return run.resend_of ? { run_id: run.resend_of, ids: run.student_ids } : { run_id, ids: [] };
}

async function makeReady(c, school_year, ids) {
  for (let at = 0; at < ids.length; at += AT_ONCE)
    await post(pathOf(c, "registrations", "due"), { school_year, student_ids: ids.slice(at, at + AT_ONCE) });
}
