// Invites a person, or changes one: role, districts, operator, switched on or off.

import { html, useId, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, Form, RadioGroup, Switch, TextField, useForm } from "../../components/fields.js";
import { changePerson, invitePerson, ROLES } from "./people.js";
import { FORM, ROLE } from "./words.js";

const FIELDS = /^(email|role|districts.*)$/;

// `person` is null for an invitation.
export function PersonDialog({ person = null, onClose, onDone }) {
  const me = usePerson();
  const id = useId();
  const [draft, setDraft] = useState(() => person ?? newPerson(me));
  const change = (part) => setDraft((before) => ({ ...before, ...part }));
  const action = useForm(async () => {
    const { email, role, districts, is_operator, enabled } = draft;
    if (person) await changePerson(person, { role, districts, is_operator, enabled });
    else await invitePerson({ email, role, districts, is_operator });
    toast(person ? FORM.changed(person.person_id) : FORM.invited(email));
    onDone();
    onClose();
  }, draft);
  const { problem, problems } = action;
  return html`<${Dialog}
    title=${person ? FORM.changeTitle(person.person_id) : FORM.inviteTitle}
    onClose=${onClose}
    actions=${html`<${Button} onClick=${onClose}>${FORM.cancel}<//>
      <${Button} kind="primary" busy=${action.busy} type="submit" form=${id}>${person ? FORM.save : FORM.send}<//>`}
  >
    <${Form} id=${id} form=${action} isShown=${(path) => FIELDS.test(path)}>
      ${!person &&
      html`<p>${FORM.inviteHint}</p>
        <${TextField} label=${FORM.email} type="email" value=${draft.email} problem=${problem("email")} onInput=${(email) => change({ email })} />`}
      <${RadioGroup} label=${FORM.role} options=${rolesFor(person)} value=${draft.role ?? ""} problem=${problem("role")} onInput=${(role) => change({ role: role || null })} />
      ${draft.provider && html`<p>${FORM.fromProvider(draft.provider)}</p>`}
      ${!draft.provider && html`<${Districts} me=${me} draft=${draft} change=${change} problem=${problems.find(({ path }) => path.startsWith("districts"))?.message ?? ""} />`}
      ${me.isOperator && !draft.provider &&
      html`<${Checkbox} label=${FORM.operator} hint=${FORM.operatorHint} checked=${draft.is_operator} onInput=${(is_operator) => change({ is_operator })} />`}
      ${person &&
      html`<${Switch} label=${FORM.enabled} checked=${draft.enabled} onInput=${(enabled) => change({ enabled })} />
        <p class="hint">${FORM.changeHint}</p>`}
    <//>
  <//>`;
}

function Districts({ me, draft, change, problem }) {
  if (me.isOperator) {
    return html`<${TextField}
      label=${FORM.districts}
      hint=${FORM.districtsHint}
      value=${draft.typed ?? draft.districts.join(", ")}
      problem=${problem}
      onInput=${(typed) => change({ typed, districts: typed.split(",").map((one) => one.trim()).filter(Boolean) })}
    />`;
  }
  const toggle = (name, on) => change({ districts: me.districts.filter((one) => (one === name ? on : draft.districts.includes(one))) });
  return html`<fieldset class="field">
    <legend>${FORM.districts}</legend>
    ${me.districts.map((name) => html`<${Checkbox} key=${name} label=${name} checked=${draft.districts.includes(name)} onInput=${(on) => toggle(name, on)} />`)}
    ${problem && html`<p class="problem" tabindex="-1">${problem}</p>`}
  </fieldset>`;
}

function newPerson(me) {
  return { email: "", role: "limited_access", districts: me.districts.slice(0, 1), is_operator: false };
}

function rolesFor(person) {
  return person ? [...ROLES, { value: "", label: ROLE.none, hint: ROLE.noneHint }] : ROLES;
}
