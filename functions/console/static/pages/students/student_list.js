// A year's students of a status, page by page, in order of student id, and as a file.

import { get, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Time, count } from "../../components/time.js";
import { StudentLink } from "../../shared/links.js";
import { Reasons } from "../../shared/reasons.js";
import { DownloadList } from "./list_file.js";
import { STUDENT_STATUS } from "./student_status.js";

const EMPTY_LISTS = {
  due: ["Nobody is due", "Everyone who was synced is in an export, or is held back."],
  held: ["Nobody is held back", "Every row could be made as the mapping wants it."],
  never_exported: ["Everyone was exported before", "Nobody waits for a first export."],
  exported: ["Nobody is exported as last synced", "The next export changes that, if anyone is due."],
  left_out: ["Nobody is left out", "The conditions of the mapping give everyone a row."],
  removed: ["Nobody is removed", "A removal in SchoolMint Enroll takes a student out of the exports."],
  unconfirmed: ["Every sync is confirmed", "A sync without a confirmation has to be repeated in SchoolMint Enroll."],
  all: ["Nobody was synced", "Sync approved registrations in SchoolMint Enroll."],
};

// `label` is the accessible name of the list.
export function StudentList({ connection, year, status, label }) {
  const c = connection.connection_id;
  const [pages, setPages] = useState([]); // the pages after the first
  const page = (after, options) =>
    get(pathOf(c, "registrations"), { ...options, query: { school_year: year, status, after } });
  const { data: first, error, reload } = useData((options) => page(null, options), [c, year, status]);
  const all = [first, ...pages].filter(Boolean);
  const next = all.at(-1)?.next;
  const more = useAction(async () => {
    const found = await page(next);
    setPages((known) => [...known, found]);
    announce(`${count(found.items.length, "more student", "more students")}.`);
  });
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!first) return html`<${Loading} />`;
  const students = all.flatMap((one) => one.items);
  const [title, text] = EMPTY_LISTS[status];
  if (students.length === 0 && !next) return html`<${EmptyState} title=${title}><p>${text}</p><//>`;
  return html`<${DownloadList} connection=${connection} year=${year} status=${status} />
    <ul class="students" aria-label=${label}>
      ${students.map(
        (student) => html`<li key=${student.student_id}><${Student} connection=${connection} student=${student} list=${status} /></li>`,
      )}
    </ul>
    ${next && html`<div class="row show-more"><${Button} busy=${more.busy} onClick=${() => more.run()}>Show more<//></div>`}
    <${ErrorNotice} error=${more.error} />`;
}

function Student({ connection, student, list }) {
  const { connection_id: c, time_zone: zone } = connection;
  const { label, tone } = STUDENT_STATUS[student.status];
  return html`<div>
      <strong><${StudentLink} c=${c} student_id=${student.student_id} /></strong>
      <div>${student.names.filter(Boolean).join(" ")}</div>
    </div>
    <span class="muted">
      Synced: <${Time} at=${student.synced_at} zone=${zone} />
      ${student.held_since && html`<br />Held back since: <${Time} at=${student.held_since} zone=${zone} />`}
    </span>
    <span>
      ${list !== "due" && list !== "held"
        ? html`<${Badge} tone=${tone}>${label}<//>`
        : student.exported_before
          ? "Exported before"
          : "Never exported before"}
    </span>
    ${student.reasons.length > 0 && html`<div class="why"><${Reasons} c=${c} reasons=${student.reasons} /></div>`}`;
}
