// Sends again those who are missing in the SIS: they are due again, so the next export has them.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Notice } from "../../components/states.js";
import { count } from "../../components/time.js";

const AT_ONCE = 500;

export function SendAgain({ connection, year, saved, entries }) {
  const person = usePerson();
  const [asks, setAsks] = useState(false);
  const [marked, setMarked] = useState(null);
  const ids = entries.filter(({ student }) => student.status !== "removed").map(({ student }) => student.student_id);
  const marking = useAction(async () => {
    let due = 0;
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const body = { school_year: year, student_ids: ids.slice(at, at + AT_ONCE) };
      const answer = await post(pathOf(connection.connection_id, "registrations", "due"), body);
      due += answer.due + answer.already_due;
    }
    setMarked(due);
    setAsks(false);
    announce(`${count(due, "student goes", "students go")} with the next export.`);
  });
  if (!person.canRun) return null;
  if (saved?.files.every((file) => file.contents === "new"))
    return html`<${Notice}><p>The files have only new students, so no export has these again: send them again from the run that sent them.</p><//>`;
  if (marked !== null)
    return html`<${Notice} tone="good"><p>${count(marked, "student goes", "students go")} with the next export, as last synced.</p><//>`;
  return html`<div class="row">
    <${Button} icon="arrow" onClick=${() => setAsks(true)}>Send ${count(ids.length, "student")} again<//>
    ${asks &&
    html`<${ConfirmDialog} title="Send again with the next export" confirm="Send again" action=${marking} onClose=${() => setAsks(false)}>
      <p>
        ${count(ids.length, "student")} of the connection ${connection.name} will be due again. The next export sends them
        as they were synced last, together with everyone else who is due.
      </p>
    <//>`}
  </div>`;
}
