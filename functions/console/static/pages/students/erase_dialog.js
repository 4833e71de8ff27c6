// Erase this student: what is erased and what stays, the id to type, and the run that erases.

import { pathOf } from "../../lib/api.js";
import { html, useId, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Form, TextField } from "../../components/fields.js";
import { Notice } from "../../components/states.js";
import { useRequestedRun } from "../../shared/use_run.js";
import { RequestedRun, RunButton } from "../run/requested_run.js";
import { ERASE } from "./words.js";

export function EraseDialog({ connection, student_id, onClose }) {
  const c = connection.connection_id;
  const [typed, setTyped] = useState("");
  const erasing = useRequestedRun(c);
  const id = useId();
  const isReady = typed.trim() === student_id;
  const erase = () => isReady && erasing.start(pathOf(c, "erasures"), { student_id });
  const actions = html`<${Button} onClick=${onClose}>${erasing.run || erasing.busy ? ERASE.close : ERASE.cancel}<//>
    ${erasing.run
      ? html`<${RunButton} c=${c} requested=${erasing} />`
      : html`<${Button} kind="danger" disabled=${!isReady} busy=${erasing.busy} type="submit" form=${id}>${ERASE.erase}<//>`}`;
  return html`<${Dialog} title=${ERASE.title(student_id)} onClose=${onClose} actions=${actions} wide>
    <${Form} id=${id} form=${{ error: erasing.error, run: erase }}>
      ${!erasing.run &&
      html`<${Lines} title=${ERASE.deletedTitle} lines=${ERASE.deleted} />
        <${Lines} title=${ERASE.keptTitle} lines=${ERASE.kept} />
        <${Notice} tone="warn" title=${ERASE.beforeTitle}>${ERASE.before.map((text) => html`<p key=${text}>${text}</p>`)}<//>
        <${TextField} label=${ERASE.confirm(student_id)} value=${typed} onInput=${setTyped} />`}
    <//>
    <${RequestedRun} c=${c} requested=${erasing} />
  <//>`;
}

function Lines({ title, lines }) {
  return html`<div>
    <h3>${title}</h3>
    <ul>${lines.map((text) => html`<li key=${text}>${text}</li>`)}</ul>
  </div>`;
}
