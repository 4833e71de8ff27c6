// People: who may sign in, with what role and districts; invitations, resets and removals.

import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { Badge } from "../../components/badge.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Menu } from "../../components/menu.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { Page } from "../../frame/page.js";
import { ActionDialog, ACTIONS } from "./action_dialog.js";
import { readPeople, roleText, stateOf } from "./people.js";
import { PersonDialog } from "./person_dialog.js";
import { PEOPLE } from "./words.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function PeoplePage() {
  const me = usePerson();
  const { data: people, error, reload } = useData(readPeople, []);
  const [open, setOpen] = useState(null); // {dialog: "person" or one of ACTIONS, person?}
  if (!me.canManagePeople) return html`<${Page} title=${PEOPLE.title}><${NotAllowed} /><//>`;
  const close = () => setOpen(null);
  const invite = html`${me.isOperator && html`<${ButtonLink} href=${href("/providers")}>${PEOPLE.providers}<//>`}
    <${Button} kind="primary" onClick=${() => setOpen({ dialog: "person" })}>${PEOPLE.invite}<//>`;
  return html`<${Page} title=${PEOPLE.title} actions=${people && invite}>
    ${!people && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!people && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${people && error} title=${PEOPLE.outOfDate} />
    ${people && people.length === 0 && html`<${EmptyState} title=${PEOPLE.none} />`}
    ${people && people.length > 0 && html`<${Table} label=${PEOPLE.title} columns=${columns(me, setOpen)} rows=${people} id=${(one) => one.person_id} />`}
    ${open?.dialog === "person" && html`<${PersonDialog} person=${open.person} onClose=${close} onDone=${reload} />`}
    ${open && open.dialog !== "person" && html`<${ActionDialog} action=${open.dialog} person=${open.person} onClose=${close} onDone=${reload} />`}
  <//>`;
}

function NotAllowed() {
  return html`<${EmptyState} title=${PEOPLE.notAllowed}><p>${PEOPLE.notAllowedHint}</p><//>`;
}

function columns(me, setOpen) {
  return [
    { label: PEOPLE.person, heading: true, cell: nameOf },
    { label: PEOPLE.role, cell: roleText },
    { label: PEOPLE.districts, cell: ({ districts, is_operator }) => (is_operator ? PEOPLE.allDistricts : districts.join(", ") || PEOPLE.noDistricts) },
    { label: PEOPLE.state, cell: (person) => html`<${Badge} tone=${stateOf(person).tone}>${stateOf(person).label}<//>` },
    { label: PEOPLE.lastSignIn, cell: ({ last_sign_in: at }) => (at ? html`<${Time} at=${at} zone=${ZONE} />` : PEOPLE.neverSignedIn) },
    { label: PEOPLE.actions, cell: (person) => (person.person_id === me.name ? PEOPLE.you : html`<${Actions} person=${person} setOpen=${setOpen} />`) },
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
    label=${PEOPLE.actionsFor(person.person_id)}
    items=${[
      { label: PEOPLE.change, onSelect: () => setOpen({ dialog: "person", person }) },
      isInvited && ask("invitation"),
      !isInvited && isLocal && ask("password"),
      !isInvited && isLocal && ask("mfa"),
      isLocal && ask("remove"),
    ]}
  />`;
}
