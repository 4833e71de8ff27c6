// A student's receipt of a year: the result of the last sync, and the lines that were delivered.

import { html, useId, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { schoolYear } from "../../lib/runs.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { FactList } from "../../components/fact_list.js";
import { Sentence } from "../../components/sentence.js";
import { Time, momentText, number } from "../../components/time.js";
import { DownloadButton } from "../../shared/download_button.js";
import { RunLink } from "../../shared/links.js";
import { Reasons } from "../../shared/reasons.js";
import { ResendDialog } from "../run/resend_dialog.js";
import { SendRecordDialog } from "../send_record/dialog.js";
import { STUDENT_STATUS } from "./student_status.js";

export function Receipt({ connection, receipt, reload }) {
  const { connection_id: c, time_zone: zone } = connection;
  const { held, exported } = receipt;
  const { label, tone } = STUDENT_STATUS[receipt.status] ?? { label: receipt.status, tone: "calm" };
  const id = useId();
  const at = receipt.status === "removed" ? "Removed" : "Last synced";
  return html`<article class="panel stack receipt" aria-labelledby=${id}>
    <header>
      <h2 id=${id}>${schoolYear(receipt.school_year)}</h2>
      <${Badge} tone=${tone}>${label}<//>
      <p><${Sentence} text=${receipt.message} /></p>
    </header>
    <${FactList}
      facts=${[
        [at, html`<${Time} at=${receipt.synced_at} zone=${zone} />`],
        ["By request", receipt.request_id && html`<${Copyable} label="the id of the request" text=${receipt.request_id} />`],
        ["Held back since", held?.since && html`<${Time} at=${held.since} zone=${zone} />`],
        ["Exported before", receipt.status !== "exported" && !exported && (receipt.exported_before ? "Yes" : "No")],
      ]}
    />
    ${held &&
    html`<div>
      <h3>Why</h3>
      <${Reasons} c=${c} reasons=${held.reasons} />
    </div>`}
    ${exported && html`<${Exported} connection=${connection} receipt=${receipt} />`}
    <${Actions} connection=${connection} receipt=${receipt} reload=${reload} />
  </article>`;
}

function Exported({ connection, receipt: { exported, status, school_year } }) {
  const { connection_id: c, time_zone: zone } = connection;
  return html`<div class="stack">
    <div>
      <h3>${status === "exported" ? "Exported" : "Exported before that"}</h3>
      <p>
        <${RunLink} c=${c} run_id=${exported.run_id}>${momentText(exported.exported_at, zone)}<//>
        ${!exported.kept && html`<span class="muted">: what was sent then is not kept any more.</span>`}
      </p>
    </div>
    <ul class="receipt-files">
      ${exported.files.map(
        (file) => html`<li key=${`${file.name} ${file.row}`}>
          <${ReceiptFile} c=${c} run_id=${exported.run_id} year=${school_year} file=${file} />
        </li>`,
      )}
    </ul>
  </div>`;
}

function ReceiptFile({ c, run_id, year, file }) {
  const title = `${file.name}, row ${number(file.row)}`;
  return html`<div class="apart">
      <strong>${title}</strong>
      <div><${DownloadButton} c=${c} run_id=${run_id} year=${year} name=${file.path.split("/").at(-1)} /></div>
    </div>
    <${Copyable} label=${`the line of ${title}`} text=${file.line} block />
    <dl class="run-file-facts">
      <dt>Path</dt>
      <dd><${Copyable} label=${`the path of ${title}`} text=${file.path} /></dd>
      <dt>SHA-256</dt>
      <dd><${Copyable} label=${`the SHA-256 of ${title}`} text=${file.sha256} /></dd>
    </dl>`;
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
  return html`<div class="row">
    ${isThere && html`<${Button} icon="arrow" onClick=${() => setDialog("test")}>Send Record<//>`}
    ${hasRows && html`<${Button} onClick=${() => setDialog("again")}>Send this student's record again<//>`}
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
