// Erase this student: what is erased and what stays, the id to type, and the run that erases.

import { pathOf } from "../../lib/api.js";
import { html, useId, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Form, TextField } from "../../components/fields.js";
import { Notice } from "../../components/states.js";
import { useRequestedRun } from "../../shared/use_run.js";
import { RequestedRun, RunButton } from "../run/requested_run.js";

export function EraseDialog({ connection, student_id, onClose }) {
  const c = connection.connection_id;
  const [typed, setTyped] = useState("");
  const erasing = useRequestedRun(c);
  const id = useId();
  const erase = () => erasing.start(pathOf(c, "erasures"), { student_id });
  const actions = html`<${Button} onClick=${onClose}>${erasing.run || erasing.busy ? "Close" : "Cancel"}<//>
    ${erasing.run
      ? html`<${RunButton} c=${c} requested=${erasing} />`
      : html`<${Button} kind="danger" disabled=${typed.trim() !== student_id} busy=${erasing.busy} type="submit" form=${id}>Erase<//>`}`;
  return html`<${Dialog} title=${`Erase student ${student_id}`} onClose=${onClose} actions=${actions} wide>
    <${Form} id=${id} form=${{ error: erasing.error, run: erase }}>
      ${!erasing.run &&
      html`<${ErasedItems} />
      <${KeptItems} />
      <${Notice} tone="warn" title="Before you do it">
        <p>Stop the syncs of this student in Enroll: a later one brings the student back.</p>
        <p>An erasure sends nothing. Where the SIS is to be told, have Enroll remove the student, and let an export run first.</p>
      <//>
      <${TextField} label=${`Type ${student_id} to confirm`} value=${typed} onInput=${setTyped} />`}
    <//>
    <${RequestedRun} c=${c} requested=${erasing} />
  <//>`;
}

function ErasedItems() {
  return html`<div>
    <h3>What goes, for good and of all school years</h3>
    <ul>
      <li>What was synced, and what exports did with it: the totals no longer count this student.</li>
      <li>The student's rows in the files that are kept here, of re-sends and dry runs too.</li>
      <li>The student in the records of runs, and among the Registration Examples.</li>
    </ul>
  </div>`;
}

function KeptItems() {
  return html`<div>
    <h3>What stays</h3>
    <ul>
      <li>The files on the district's server, until the importer or the district removes them, and files that were downloaded.</li>
      <li>Other connections: each needs an erasure of its own. What people wrote themselves, such as mappings and names.</li>
      <li>The copies for recovery of the last 35 days.</li>
      <li>The record that it was done: who asked, when, and how much was erased; not whom.</li>
    </ul>
  </div>`;
}
