// People: who may sign in, with what role and districts; invitations, resets and removals.

import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { readPeople, roleText, stateOf } from "../../lib/people.js";
import { usePerson } from "../../lib/person.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Menu } from "../../components/menu.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { Page } from "../../frame/page.js";
import { ActionDialog, ACTIONS } from "./action_dialog.js";
import { PersonDialog } from "./person_dialog.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function PeoplePage() {
  const me = usePerson();
  const { data: people, error, reload } = useData(readPeople, []);
  const [open, setOpen] = useState(null); // {dialog: "person" or one of ACTIONS, person?}
  if (!me.canManagePeople) return html`<${Page} title="People"><${NotAllowed} /><//>`;
  const close = () => setOpen(null);
  const invite = html`<${Button} kind="primary" onClick=${() => setOpen({ dialog: "person" })}>Invite a person<//>`;
  return html`<${Page} title="People" actions=${people && invite}>
    ${!people && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!people && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${people && error} title="The list could not be refreshed and may be out of date" />
    ${people && people.length === 0 && html`<${EmptyState} title="There is nobody yet" />`}
    ${people && people.length > 0 && html`<${Table} label="People" columns=${columns(me, setOpen)} rows=${people} id=${(one) => one.person_id} />`}
    ${open?.dialog === "person" && html`<${PersonDialog} person=${open.person} onClose=${close} onDone=${reload} />`}
    ${open && open.dialog !== "person" && html`<${ActionDialog} action=${open.dialog} person=${open.person} onClose=${close} onDone=${reload} />`}
  <//>`;
}

function NotAllowed() {
  return html`<${EmptyState} title="You do not manage people"><p>Ask a person with Full Access to your district.</p><//>`;
}

function columns(me, setOpen) {
  return [
    { label: "Person", heading: true, cell: nameOf },
    { label: "Role", cell: roleText },
    { label: "Districts", cell: ({ districts, is_operator }) => (is_operator ? "All" : districts.join(", ") || "None") },
    { label: "State", cell: (person) => html`<${Badge} tone=${stateOf(person).tone}>${stateOf(person).label}<//>` },
    { label: "Last sign-in", cell: ({ last_sign_in: at }) => (at ? html`<${Time} at=${at} zone=${ZONE} />` : "None recorded") },
    { label: "Actions", cell: (person) => (person.person_id === me.name ? "You" : html`<${Actions} person=${person} setOpen=${setOpen} />`) },
  ];
}

function nameOf({ person_id, email }) {
  return person_id === email || !email ? person_id : `${person_id} (${email})`;
}

function Actions({ person, setOpen }) {
  const ask = (dialog) => ({ label: ACTIONS[dialog].label, danger: ACTIONS[dialog].danger, onSelect: () => setOpen({ dialog, person }) });
  const isInvited = person.state === "invited";
  const isLocal = person.provider === null; // others keep password and second factor elsewhere
  return html`<${Menu}
    label=${`Actions for ${person.person_id}`}
    items=${[
      { label: "Change", onSelect: () => setOpen({ dialog: "person", person }) },
      isInvited && ask("invitation"),
      !isInvited && isLocal && ask("password"),
      !isInvited && isLocal && ask("mfa"),
      isLocal && ask("remove"),
    ]}
  />`;
}
