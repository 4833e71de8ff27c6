// Notifications: the people who get mail about the connection, and what for.

import { get, pathOf, put, remove } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Section } from "../../components/section.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { Recipient } from "./recipient.js";
import { RecipientDialog } from "./recipient_dialog.js";
import { NOTIFICATIONS } from "./words.js";

export default function NotificationsPage({ params: { c } }) {
  return html`<${ConnectionPage} c=${c} title=${NOTIFICATIONS.title} tab="/connections/{c}/notifications">
    ${() => html`<${Loaded} c=${c} />`}
  <//>`;
}

function Loaded({ c }) {
  const { data, error, reload, keep } = useData((options) => get(pathOf(c, "recipients"), options), [c]);
  if (error && !data) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  return html`<${Recipients} c=${c} items=${data.items} onItems=${(items) => keep({ ...data, items })} />`;
}

function Recipients({ c, items, onItems }) {
  const { canConfigure } = usePerson();
  const [open, setOpen] = useState(null); // {dialog: "edit" or "remove", recipient: null for a new one}
  const close = () => setOpen(null);
  const store = async (email, body) => {
    const saved = await put(pathOf(c, "recipients", email), body);
    const others = items.filter((one) => one.email !== saved.email);
    onItems([...others, saved].sort((one, other) => (one.email < other.email ? -1 : 1)));
    return saved;
  };
  const save = async (email, kinds) => {
    const saved = await store(email, { for: kinds });
    close();
    toast(saved.state === "waiting" ? NOTIFICATIONS.savedAndAsked(saved.email) : NOTIFICATIONS.saved);
  };
  const removing = useAction(async () => {
    const { email } = open.recipient;
    await remove(pathOf(c, "recipients", email));
    onItems(items.filter((one) => one.email !== email));
    close();
    toast(NOTIFICATIONS.removed(email));
  });
  return html`<${Section} title=${NOTIFICATIONS.recipients} hint=${NOTIFICATIONS.hint}>
    ${items.length === 0 && html`<${EmptyState} title=${NOTIFICATIONS.none} />`}
    ${items.length > 0 &&
    html`<ul class="recipients">
      ${items.map(
        (recipient) => html`<${Recipient}
          key=${recipient.email}
          recipient=${recipient}
          onAskAgain=${() => store(recipient.email, { for: recipient.for, ask_again: true })}
          onChange=${() => setOpen({ dialog: "edit", recipient })}
          onRemove=${() => setOpen({ dialog: "remove", recipient })}
        />`,
      )}
    </ul>`}
    ${canConfigure &&
    html`<div class="row">
      <${Button} kind="primary" icon="plus" onClick=${() => setOpen({ dialog: "edit", recipient: null })}>${NOTIFICATIONS.add}<//>
    </div>`}
    ${open?.dialog === "edit" && html`<${RecipientDialog} recipient=${open.recipient} onSave=${save} onClose=${close} />`}
    ${open?.dialog === "remove" &&
    html`<${ConfirmDialog} title=${NOTIFICATIONS.remove} confirm=${NOTIFICATIONS.removeConfirm} danger action=${removing} onClose=${close}>
      <p><strong>${open.recipient.email}</strong> ${NOTIFICATIONS.removeHint}</p>
    <//>`}
  <//>`;
}
