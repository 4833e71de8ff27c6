// A year's students of a status, page by page, in order of student id, and as a file.

import { get, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Time } from "../../components/time.js";
import { nameOfParts } from "../../lib/student_names.js";
import { StudentLink } from "../../shared/links.js";
import { Reasons } from "../../shared/reasons.js";
import { DownloadList } from "./list_file.js";
import { EMPTY_LISTS, LISTS, STUDENT_STATUS } from "./words.js";

// `label` is the accessible name of the list.
export function StudentList({ connection, year, status, label }) {
  const c = connection.connection_id;
  const [pages, setPages] = useState([]); // the pages after the first
  const page = (after, options) =>
    get(pathOf(c, "registrations"), { ...options, query: { school_year: year, status, after, details: true } });
  const { data: first, error, reload } = useData((options) => page(null, options), [c, year, status]);
  const all = [first, ...pages].filter(Boolean);
  const next = all.at(-1)?.next;
  const more = useAction(async () => {
    const found = await page(next);
    setPages((known) => [...known, found]);
    announce(LISTS.moreShown(found.items.length));
  });
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!first) return html`<${Loading} />`;
  const students = all.flatMap((one) => one.items);
  const [title, text] = EMPTY_LISTS[status];
  if (students.length === 0 && !next) return html`<${EmptyState} title=${title}><p>${text}</p><//>`;
  return html`<div class="stack">
    <${DownloadList} connection=${connection} year=${year} status=${status} />
    <ul class="students" aria-label=${label}>
      ${students.map(
        (student) => html`<li key=${student.student_id}><${Student} connection=${connection} student=${student} list=${status} /></li>`,
      )}
    </ul>
    ${next && html`<div class="row show-more"><${Button} busy=${more.busy} onClick=${() => more.run()}>${LISTS.more}<//></div>`}
    <${ErrorNotice} error=${more.error} />
  </div>`;
}

function Student({ connection, student, list }) {
  const { connection_id: c, time_zone: zone } = connection;
  const { label, tone } = STUDENT_STATUS[student.status];
  return html`<strong><${StudentLink} c=${c} student_id=${student.student_id} name=${nameOfParts(student.names)} /></strong>
    <span class="muted">
      ${LISTS.synced} <${Time} at=${student.synced_at} zone=${zone} />
      ${student.held_since && html`<br />${LISTS.heldSince} <${Time} at=${student.held_since} zone=${zone} />`}
    </span>
    <span>
      ${list === student.status
        ? list === "due" && (student.exported_before ? LISTS.sentBefore : LISTS.notSentBefore)
        : html`<${Badge} tone=${tone}>${label}<//>`}
    </span>
    ${student.reasons.length > 0 && html`<div class="why"><${Reasons} c=${c} reasons=${student.reasons} /></div>`}`;
}
