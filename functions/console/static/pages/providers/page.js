// Sign-in providers: how people of a district sign in with their own accounts. For operators.

import { getAll, remove } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Menu } from "../../components/menu.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Page } from "../../frame/page.js";
import { ProviderDialog } from "./provider_dialog.js";
import { PROVIDERS, REMOVE } from "./words.js";

const ABOVE = [{ label: PROVIDERS.people, href: href("/people") }];

export default function ProvidersPage() {
  const { isOperator } = usePerson();
  if (isOperator) return html`<${Providers} />`;
  return html`<${Page} title=${PROVIDERS.title} above=${ABOVE}><${EmptyState} title=${PROVIDERS.notAllowed} /><//>`;
}

function Providers() {
  const { data: all, error, reload } = useData((options) => getAll("providers", options), []);
  const [open, setOpen] = useState(null); // {dialog: "edit" or "remove", provider: null for a new one}
  const close = () => setOpen(null);
  const add = html`<${Button} kind="primary" icon="plus" onClick=${() => setOpen({ dialog: "edit", provider: null })}>${PROVIDERS.add}<//>`;
  return html`<${Page} title=${PROVIDERS.title} above=${ABOVE} actions=${all && add}>
    <p>${PROVIDERS.hint}</p>
    ${!all && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!all && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${all && error} title=${PROVIDERS.outOfDate} />
    ${all && all.length === 0 && html`<${EmptyState} title=${PROVIDERS.none} />`}
    ${all && all.length > 0 && html`<${Table} label=${PROVIDERS.caption} columns=${columns(setOpen)} rows=${all} id=${(one) => one.name} />`}
    ${open?.dialog === "edit" && html`<${ProviderDialog} provider=${open.provider} onClose=${close} onDone=${reload} />`}
    ${open?.dialog === "remove" && html`<${RemoveDialog} provider=${open.provider} onClose=${close} onDone=${reload} />`}
  <//>`;
}

function columns(setOpen) {
  const items = (provider) => [
    { label: PROVIDERS.change, onSelect: () => setOpen({ dialog: "edit", provider }) },
    { label: PROVIDERS.remove, danger: true, onSelect: () => setOpen({ dialog: "remove", provider }) },
  ];
  return [
    { label: PROVIDERS.name, heading: true, cell: ({ name }) => name },
    { label: PROVIDERS.type, cell: ({ type }) => PROVIDERS.types[type] ?? type },
    { label: PROVIDERS.districts, cell: ({ districts, is_operator }) => (is_operator ? PROVIDERS.allDistricts : districts.join(", ")) },
    { label: PROVIDERS.everyone, cell: ({ role }) => PROVIDERS.roles[role ?? "none"] },
    { label: PROVIDERS.link, cell: ({ name }) => html`<${Copyable} label=${PROVIDERS.linkOf(name)} text=${linkOf(name)} />` },
    { label: PROVIDERS.actions, cell: (provider) => html`<${Menu} label=${PROVIDERS.actionsFor(provider.name)} items=${items(provider)} />` },
  ];
}

// The address by which a person signs in with the provider, without a question.
function linkOf(name) {
  return `${location.origin}${location.pathname}?provider=${encodeURIComponent(name)}`;
}

function RemoveDialog({ provider: { name }, onClose, onDone }) {
  const removing = useAction(async () => {
    await remove(`providers/${encodeURIComponent(name)}`);
    toast(REMOVE.done(name));
    onDone();
    onClose();
  });
  return html`<${ConfirmDialog} title=${REMOVE.title(name)} confirm=${REMOVE.confirm} danger action=${removing} onClose=${onClose}>
    <p>${REMOVE.text}</p>
  <//>`;
}
