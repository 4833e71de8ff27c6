// One person in the list.

import { useAction } from "../../lib/data.js";
import { html, useId } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";
import { KINDS, STATES } from "./kinds.js";
import { RECIPIENT } from "./words.js";

export function Recipient({ recipient, onAskAgain, onChange, onRemove }) {
  const { canConfigure } = usePerson();
  const id = useId();
  const asking = useAction(async () => {
    await onAskAgain();
    toast(RECIPIENT.asked(recipient.email));
  });
  const { label, tone } = STATES[recipient.state] ?? { label: recipient.state, tone: "calm" };
  return html`<li aria-labelledby=${id}>
    <div class="recipient-head">
      <h3 id=${id}>${recipient.email}</h3>
      <${Badge} tone=${tone}>${label}<//>
    </div>
    <ul class="recipient-kinds">
      ${recipient.for.map((kind) => html`<li key=${kind}>${KINDS[kind]?.label ?? kind}</li>`)}
    </ul>
    ${canConfigure &&
    html`<div class="row">
      <${Button} aria-label=${RECIPIENT.changeOf(recipient.email)} onClick=${onChange}>${RECIPIENT.change}<//>
      ${recipient.state !== "confirmed" &&
      html`<${Button} aria-label=${RECIPIENT.askOf(recipient.email)} busy=${asking.busy} onClick=${() => asking.run()}>${RECIPIENT.ask}<//>`}
      <${Button} kind="quiet" aria-label=${RECIPIENT.removeOf(recipient.email)} onClick=${onRemove}>${RECIPIENT.remove}<//>
    </div>`}
    <${ErrorNotice} error=${asking.error} />
  </li>`;
}
