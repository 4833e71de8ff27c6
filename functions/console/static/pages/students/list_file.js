// A list of students as a CSV file: all pages are read, and a student has a row for each reason.

import { getAll, pathOf } from "../../lib/api.js";
import { cellOfMoment, csvOf, saveFile } from "../../lib/text/csv_list.js";
import { useAction } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";
import { FILE, LISTS, STUDENT_STATUS } from "./words.js";

const PAGE_SIZE = 500;

// `status` is the one of the list, as the API names it.
export function DownloadList({ connection, year, status }) {
  const { connection_id: c, name_fields } = connection;
  const [read, setRead] = useState(0);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const making = useAction(async () => {
    setRead(0);
    const query = { school_year: year, status, details: true, limit: PAGE_SIZE };
    const { signal } = control.current;
    const students = await getAll(pathOf(c, "registrations"), { query, signal, onPage: setRead });
    saveFile(`students-${status}-${year}-${c}.csv`, listText(students, name_fields, connection.time_zone));
    announce(LISTS.downloaded(students.length));
  });
  return html`<div class="row">
      <${Button} icon="download" busy=${making.busy} onClick=${() => making.run()}>${LISTS.download}<//>
      ${making.busy && html`<span class="muted">${LISTS.read(read)}</span>`}
    </div>
    <${ErrorNotice} error=${making.error} />`;
}

// The text of the file. students: as the API lists them, with details
export function listText(students, nameFields, zone) {
  const header = [
    FILE.id,
    ...nameFields,
    FILE.year,
    FILE.status,
    FILE.file,
    FILE.field,
    FILE.value,
    FILE.reason,
    FILE.heldSince(zone),
    FILE.synced(zone),
    FILE.sent(zone),
    FILE.run,
  ];
  return csvOf(
    header,
    students.flatMap((student) => rowsOf(student, nameFields, zone)),
  );
}

function rowsOf(student, nameFields, zone) {
  const { exported } = student;
  const before = [
    student.student_id,
    ...nameFields.map((_, at) => student.names[at]), // a removed student has none
    schoolYear(student.school_year),
    STUDENT_STATUS[student.status]?.label ?? student.status,
  ];
  const after = [
    cellOfMoment(student.held_since, zone),
    cellOfMoment(student.synced_at, zone),
    cellOfMoment(exported?.exported_at, zone),
    exported?.run_id,
  ];
  const reasons = student.reasons.length > 0 ? student.reasons : [{}];
  return reasons.map(({ file, field, value, message }) => [...before, file, field, value, message, ...after]);
}
