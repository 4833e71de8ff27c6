// Invites a person, or changes one: role, districts, operator, switched on or off.

import { useAction } from "../../lib/data.js";
import { html, useRef, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, RadioGroup, Switch, TextField, useFocusOnProblem } from "../../components/fields.js";
import { ErrorNotice } from "../../components/states.js";
import { changePerson, invitePerson, ROLES } from "./people.js";
import { FORM, ROLE } from "./words.js";

const FIELDS = /^(email|role|districts.*)$/;

// `person` is null for an invitation.
export function PersonDialog({ person = null, onClose, onDone }) {
  const me = usePerson();
  const form = useRef(null);
  const [draft, setDraft] = useState(() => person ?? newPerson(me));
  const change = (part) => setDraft((before) => ({ ...before, ...part }));
  const action = useAction(async () => {
    const { email, role, districts, is_operator, enabled } = draft;
    if (person) await changePerson(person, { role, districts, is_operator, enabled });
    else await invitePerson({ email, role, districts, is_operator });
    toast(person ? FORM.changed(person.person_id) : FORM.invited(email));
    onDone();
    onClose();
  });
  const { error } = action;
  useFocusOnProblem(form, error);
  return html`<${Dialog}
    title=${person ? FORM.changeTitle(person.person_id) : FORM.inviteTitle}
    onClose=${onClose}
    actions=${html`<${Button} onClick=${onClose}>${FORM.cancel}<//>
      <${Button} kind="primary" busy=${action.busy} onClick=${() => action.run()}>${person ? FORM.save : FORM.send}<//>`}
  >
    <div class="stack" ref=${form}>
      ${!person &&
      html`<p>${FORM.inviteHint}</p>
        <${TextField} label=${FORM.email} type="email" value=${draft.email} problem=${error?.problemOf?.("email")} onInput=${(email) => change({ email })} />`}
      <${RadioGroup} label=${FORM.role} options=${rolesFor(person)} value=${draft.role ?? ""} problem=${error?.problemOf?.("role")} onInput=${(role) => change({ role: role || null })} />
      ${draft.provider && html`<p>${FORM.fromProvider(draft.provider)}</p>`}
      ${!draft.provider && html`<${Districts} me=${me} draft=${draft} change=${change} problem=${problemOf(error)} />`}
      ${me.isOperator && !draft.provider &&
      html`<${Checkbox} label=${FORM.operator} hint=${FORM.operatorHint} checked=${draft.is_operator} onInput=${(is_operator) => change({ is_operator })} />`}
      ${person &&
      html`<${Switch} label=${FORM.enabled} checked=${draft.enabled} onInput=${(enabled) => change({ enabled })} />
        <p class="hint">${FORM.changeHint}</p>`}
    </div>
    <${ErrorNotice} error=${error} isShown=${(path) => FIELDS.test(path)} />
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
  return html`<fieldset>
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

function problemOf(error) {
  return error?.problems?.find(({ path }) => path.startsWith("districts"))?.message ?? "";
}
