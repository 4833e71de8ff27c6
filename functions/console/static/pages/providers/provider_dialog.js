// Adds a sign-in provider, or changes one.

import { put } from "../../lib/api.js";
import { html, useId, useState } from "../../lib/html.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Form, RadioGroup, Switch, TextArea, TextField, useForm } from "../../components/fields.js";
import { bodyOf, draftOf } from "./draft.js";
import { FORM, PROVIDERS } from "./words.js";

const TYPES = Object.entries(PROVIDERS.types).map(([value, label]) => ({ value, label }));
const ROLES = [
  { value: "", label: FORM.noRole, hint: FORM.noRoleHint },
  { value: "limited_access", label: FORM.limited },
  { value: "full_access", label: FORM.full },
];
const AT_FIELDS = /^(name|issuer|client_id|client_secret|metadata_url|metadata|districts.*|role|groups_claim|group_roles|tenant_claim|tenant)$/;

// `provider` is null for a new one.
export function ProviderDialog({ provider, onClose, onDone }) {
  const id = useId();
  const [draft, setDraft] = useState(() => draftOf(provider));
  const saving = useForm(async () => {
    await put(`providers/${encodeURIComponent(draft.name.trim() || "-")}`, bodyOf(draft));
    toast(FORM.saved(draft.name.trim()));
    onDone();
    onClose();
  }, draft);
  const problem = (path) => saving.problems.find((one) => one.path === path || one.path.startsWith(`${path}[`))?.message ?? "";
  const field = (name) => ({ value: draft[name], problem: problem(name), onInput: (value) => setDraft((before) => ({ ...before, [name]: value })) });
  return html`<${Dialog}
    wide
    title=${provider ? FORM.changeTitle(provider.name) : FORM.addTitle}
    onClose=${onClose}
    actions=${html`<${Button} onClick=${onClose}>${FORM.cancel}<//>
      <${Button} kind="primary" busy=${saving.busy} type="submit" form=${id}>${FORM.save}<//>`}
  >
    <${Form} id=${id} form=${saving} isShown=${(path) => AT_FIELDS.test(path)}>
      ${!provider && html`<${TextField} label=${FORM.name} hint=${FORM.nameHint} ...${field("name")} />`}
      <${RadioGroup} label=${FORM.type} options=${TYPES} ...${field("type")} />
      ${draft.type === "oidc" ? html`<${OpenId} field=${field} isStored=${provider?.type === "oidc"} />` : html`<${Saml} field=${field} />`}
      <${TextField} label=${FORM.districts} hint=${FORM.districtsHint} ...${field("districts")} />
      <${RadioGroup} label=${FORM.role} options=${ROLES} ...${field("role")} />
      <${Groups} field=${field} problem=${problem("group_roles")} />
      <${TextField} optional label=${FORM.tenantClaim} hint=${FORM.tenantClaimHint} ...${field("tenant_claim")} />
      <${TextField} optional label=${FORM.tenant} hint=${FORM.tenantHint} ...${field("tenant")} />
      <${Switch} label=${FORM.localAccounts} checked=${draft.local_accounts} onInput=${field("local_accounts").onInput} />
    <//>
  <//>`;
}

function OpenId({ field, isStored }) {
  return html`<${TextField} label=${FORM.issuer} hint=${FORM.issuerHint} ...${field("issuer")} />
    <${TextField} label=${FORM.clientId} ...${field("client_id")} />
    <${TextField} type="password" label=${FORM.secret} hint=${isStored ? FORM.secretKept : ""} ...${field("client_secret")} />`;
}

function Saml({ field }) {
  return html`<${TextField} label=${FORM.metadataUrl} hint=${FORM.metadataUrlHint} ...${field("metadata_url")} />
    <${TextArea} optional label=${FORM.metadata} ...${field("metadata")} />`;
}

function Groups({ field, problem }) {
  return html`<${TextField} optional label=${FORM.groupsClaim} hint=${FORM.groupsClaimHint} ...${field("groups_claim")} />
    <${TextField} optional label=${FORM.fullGroups} hint=${FORM.groupsHint} ...${field("full")} problem=${problem} />
    <${TextField} optional label=${FORM.limitedGroups} hint=${FORM.groupsHint} ...${field("limited")} />`;
}
