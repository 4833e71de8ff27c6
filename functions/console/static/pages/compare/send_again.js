// Sends again those who are missing in the SIS: they are due again, so the next export has them.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Notice } from "../../components/states.js";
import { SEND_AGAIN } from "./words.js";

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
    announce(SEND_AGAIN.done(due));
  });
  if (!person.canRun) return null;
  if (saved?.files.every((file) => file.contents === "new"))
    return html`<${Notice}><p>${SEND_AGAIN.onlyNew}</p><//>`;
  if (marked !== null)
    return html`<${Notice} tone="good"><p>${SEND_AGAIN.done(marked)}</p><//>`;
  return html`<div class="row">
    <${Button} icon="arrow" onClick=${() => setAsks(true)}>${SEND_AGAIN.button(ids.length)}<//>
    ${asks &&
    html`<${ConfirmDialog} title=${SEND_AGAIN.title} confirm=${SEND_AGAIN.confirm} action=${marking} onClose=${() => setAsks(false)}>
      <p>${SEND_AGAIN.what(ids.length, connection.name)}</p>
    <//>`}
  </div>`;
}
