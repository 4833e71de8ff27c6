// A student's receipt of a year: a sentence to copy, what happened when, and the lines that were sent.

import { html, useId, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { schoolYear } from "../../lib/runs.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { FactList } from "../../components/fact_list.js";
import { Time } from "../../components/time.js";
import { DownloadButton } from "../../shared/download_button.js";
import { RunLink } from "../../shared/links.js";
import { Reasons } from "../../shared/reasons.js";
import { ResendDialog } from "../run/resend_dialog.js";
import { SendRecordDialog } from "../send_record/dialog.js";
import { sentenceAbout } from "./sentence.js";
import { STUDENT, STUDENT_STATUS } from "./words.js";

export function Receipt({ connection, receipt, reload }) {
  const { label, tone } = STUDENT_STATUS[receipt.status] ?? { label: receipt.status, tone: "calm" };
  const id = useId();
  return html`<article class="panel stack receipt" aria-labelledby=${id}>
    <header>
      <h3 id=${id}>${schoolYear(receipt.school_year)}</h3>
      <${Badge} tone=${tone}>${label}<//>
    </header>
    <p class="receipt-sentence">
      <${Copyable} label=${STUDENT.copySummary} text=${sentenceAbout(receipt, connection)} plain />
    </p>
    <div>
      <h4>${STUDENT.history}</h4>
      <ol class="time-line">
        ${eventsOf(connection, receipt).map(
          ({ at, title, text, tone: kind }) => html`<li key=${title} class=${kind ?? ""}>
            <strong>${title}</strong>
            ${at && html`<${Time} at=${at} zone=${connection.time_zone} />`}
            ${text}
          </li>`,
        )}
      </ol>
    </div>
    <${Technical} connection=${connection} receipt=${receipt} />
    <${Actions} connection=${connection} receipt=${receipt} reload=${reload} />
  </article>`;
}

// What happened, the earliest first, and what the next export does: [{at, title, text, tone}]
function eventsOf({ connection_id: c }, { status, synced_at, held, exported }) {
  const synced = { at: synced_at, title: status === "removed" ? STUDENT.removed : STUDENT.synced };
  const attention = held && { at: held.since, title: STUDENT.held, tone: "warn", text: html`<${Reasons} c=${c} reasons=${held.reasons} />` };
  const sent = exported && { at: exported.exported_at, title: STUDENT.sent, tone: "good", text: html`<${Sent} c=${c} exported=${exported} />` };
  const happened = [synced, attention, sent].filter(Boolean).sort((one, other) => (one.at ?? synced_at).localeCompare(other.at ?? synced_at));
  const next = { due: STUDENT.nextReady, held: STUDENT.nextHeld, removed: STUDENT.nextRemoved }[status];
  return next ? [...happened, { title: STUDENT.next, text: html`<span>${next}</span>`, tone: "later" }] : happened;
}

function Sent({ c, exported }) {
  return html`<${RunLink} c=${c} run_id=${exported.run_id}>${exported.files.map((file) => STUDENT.row(file.name, file.row)).join(", ") || STUDENT.sent}<//>
    ${!exported.kept && html`<span class="muted"> ${STUDENT.noLongerKept}</span>`}`;
}

function Technical({ connection: { connection_id: c }, receipt: { exported, request_id, school_year } }) {
  return html`<details class="technical">
    <summary>${STUDENT.technical}</summary>
    <div class="inside stack">
      <${FactList} facts=${[[STUDENT.request, request_id && html`<${Copyable} label=${STUDENT.requestLabel} text=${request_id} />`]]} />
      ${exported?.files.map(
        (file) => html`<${SentFile} key=${`${file.name} ${file.row}`} c=${c} run_id=${exported.run_id} year=${school_year} file=${file} />`,
      )}
    </div>
  </details>`;
}

function SentFile({ c, run_id, year, file }) {
  const title = STUDENT.row(file.name, file.row);
  return html`<div class="stack">
    <div class="apart">
      <strong>${title}</strong>
      <div><${DownloadButton} c=${c} run_id=${run_id} year=${year} name=${file.path.split("/").at(-1)} /></div>
    </div>
    <${Copyable} label=${STUDENT.lineOf(title)} text=${file.line} block />
    <dl class="run-file-facts">
      <dt>${STUDENT.path}</dt>
      <dd><${Copyable} label=${STUDENT.pathOf(title)} text=${file.path} /></dd>
      <dt>${STUDENT.sha256}</dt>
      <dd><${Copyable} label=${STUDENT.sha256Of(title)} text=${file.sha256} /></dd>
    </dl>
  </div>`;
}

function Actions({ connection, receipt, reload }) {
  const person = usePerson();
  const [dialog, setDialog] = useState(null);
  const { student_id, school_year, status, exported } = receipt;
  const hasRows = exported?.files.length > 0 && connection.delivery === "sftp";
  const isThere = status !== "removed";
  if (!person.canRun || !(hasRows || isThere)) return null;
  const close = () => {
    setDialog(null);
    reload();
  };
  return html`<div class="row receipt-actions">
    ${isThere && html`<${Button} icon="arrow" onClick=${() => setDialog("test")}>${STUDENT.sendRecord}<//>`}
    ${hasRows && html`<${Button} kind="quiet" onClick=${() => setDialog("again")}>${STUDENT.resend}<//>`}
    ${dialog === "test" &&
    html`<${SendRecordDialog} connection=${connection} student_id=${student_id} school_year=${school_year} onClose=${close} />`}
    ${dialog === "again" &&
    html`<${ResendDialog}
      connection=${connection}
      run_id=${exported.run_id}
      student_id=${student_id}
      school_year=${school_year}
      onClose=${close}
    />`}
  </div>`;
}
