// One person in the list.

import { useAction } from "../../lib/data.js";
import { html, useId } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";
import { KINDS, STATES } from "./kinds.js";

export function Recipient({ recipient, onAskAgain, onChange, onRemove }) {
  const { canConfigure } = usePerson();
  const id = useId();
  const asking = useAction(async () => {
    await onAskAgain();
    toast(`Asked again: ${recipient.email} has a new mail with a link to confirm.`);
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
      <${Button} aria-label=${`Change ${recipient.email}`} onClick=${onChange}>Change<//>
      ${recipient.state !== "confirmed" &&
      html`<${Button} aria-label=${`Ask ${recipient.email} again`} busy=${asking.busy} onClick=${() => asking.run()}>Ask again<//>`}
      <${Button} kind="quiet" aria-label=${`Remove ${recipient.email}`} onClick=${onRemove}>Remove<//>
    </div>`}
    <${ErrorNotice} error=${asking.error} />
  </li>`;
}
