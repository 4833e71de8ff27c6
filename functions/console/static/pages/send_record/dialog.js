// Send Record: one student's record as it would be sent, "OK, Continue", and the result.

import { pathOf, post } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { calledBy, useStudentName } from "../../lib/student_names.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, ErrorState, Loading, Notice } from "../../components/states.js";
import { useRequestedRun } from "../../shared/use_run.js";
import { RequestedRun, RunButton } from "../run/requested_run.js";
import { RecordPreview } from "./preview.js";
import { RECORD } from "./words.js";

// Without `school_year` it is the student's latest year.
export function SendRecordDialog({ connection, student_id, school_year, onClose }) {
  const c = connection.connection_id;
  const name = useStudentName(c, student_id);
  const test = useRequestedRun(c);
  const { data, error, reload } = useData(
    (options) => post(pathOf(c, "mapping", "preview"), { student_ids: [student_id], school_year }, options),
    [c, student_id, school_year],
  );
  const student = data?.students[0];
  const rows = student?.files.filter((row) => row.line) ?? [];
  const held = student?.files.some((row) => problemsOf(row).length > 0);
  const send = () => test.start(pathOf(c, "test-record"), { student_id, school_year: student.school_year });
  const actions = html`<${Button} onClick=${onClose}>${test.run || test.busy ? RECORD.close : RECORD.cancel}<//>
    ${test.run
      ? html`<${RunButton} c=${c} requested=${test} />`
      : html`<${Button} kind="primary" disabled=${rows.length === 0 || held} busy=${test.busy} onClick=${send}>${RECORD.send}<//>`}`;
  return html`<${Dialog} title=${RECORD.title(calledBy(student_id, name))} onClose=${onClose} actions=${actions} wide>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!data && !error && html`<${Loading} label=${RECORD.loading} />`}
    ${student && !test.run && html`<${RecordToSend} connection=${connection} student=${student} rows=${rows} />`}
    <${RequestedRun} c=${c} requested=${test} />
    <${ErrorNotice} error=${test.error} />
  <//>`;
}

function RecordToSend({ connection, student, rows }) {
  const problems = student.files.flatMap((row) => problemsOf(row).map((problem) => ({ ...problem, file: row.name })));
  if (student.message && student.files.length === 0) return html`<${Notice} tone="warn"><p><${Sentence} text=${student.message} /></p><//>`;
  if (problems.length > 0)
    return html`<${Notice} tone="warn" title=${RECORD.attention}>
      <ul>${problems.map((one) => html`<li key=${one.file + one.to}>${one.to && html`<strong>${one.to}</strong>${": "}`}<${Sentence} text=${one.message} /></li>`)}</ul>
    <//>`;
  if (rows.length === 0)
    return html`<${Notice} tone="warn"><p>${RECORD.filteredOut}</p><//>`;
  return html`<p>${connection.delivery === "sftp" ? RECORD.bySftp(connection.host) : RECORD.byDownload}${" "}${RECORD.noEffect}</p>
    <${RecordPreview} connection=${connection} rows=${rows} test_files=${student.test_files} />`;
}

function problemsOf(row) {
  const ofFields = row.fields.filter((field) => field.problem).map((field) => ({ to: field.to, ...field.problem }));
  return row.problem ? [row.problem, ...ofFields] : ofFields;
}
