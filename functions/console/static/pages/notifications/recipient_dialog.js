// Adds a person, or changes what a person gets email for.

import { ApiError } from "../../lib/api.js";
import { html, useId, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, Form, TextField, useForm } from "../../components/fields.js";
import { KINDS, USUAL_KINDS } from "./kinds.js";
import { FORM } from "./words.js";

const AT_FIELDS = new Set(["email", "for"]);

// `recipient` is null for a new one.
export function RecipientDialog({ recipient, onSave, onClose }) {
  const [email, setEmail] = useState(recipient?.email ?? "");
  const [kinds, setKinds] = useState(recipient?.for ?? USUAL_KINDS);
  const id = useId();
  const saving = useForm(() => onSave(checked(email.trim()), kinds), { email, for: kinds });
  const { problem } = saving;
  const set = (kind, on) => setKinds(Object.keys(KINDS).filter((one) => (one === kind ? on : kinds.includes(one))));
  return html`<${Dialog}
    title=${recipient ? FORM.change : FORM.add}
    onClose=${onClose}
    actions=${html`<${Button} onClick=${onClose}>${FORM.cancel}<//>
      <${Button} kind="primary" busy=${saving.busy} type="submit" form=${id}>${FORM.save}<//>`}
  >
    <${Form} id=${id} form=${saving} isShown=${(path) => AT_FIELDS.has(path)}>
      ${recipient
        ? html`<p><strong>${recipient.email}</strong></p>`
        : html`<${TextField} label=${FORM.email} inputmode="email" value=${email} problem=${problem("email")} onInput=${setEmail} />`}
      <${Kinds} kinds=${kinds} problem=${problem("for") && FORM.chooseOne} onSet=${set} />
    <//>
  <//>`;
}

// The API cannot say it of an address that makes another path.
function checked(email) {
  if (/^[^\s/@]+@[^\s/@]+$/.test(email)) return email;
  const problems = [{ path: "email", message: FORM.oneAddress }];
  throw new ApiError(400, { code: "invalid_request", message: FORM.notSaved, problems });
}

function Kinds({ kinds, problem, onSet }) {
  const id = useId();
  return html`<fieldset class="field ${problem ? "wrong" : ""}" aria-describedby=${problem ? id : undefined}>
    <legend>${FORM.kinds}</legend>
    ${Object.entries(KINDS).map(
      ([kind, { label, hint }]) => html`<${Checkbox}
        key=${kind}
        label=${label}
        hint=${hint}
        checked=${kinds.includes(kind)}
        onInput=${(on) => onSet(kind, on)}
      />`,
    )}
    ${problem && html`<p class="problem" id=${id} tabindex="-1">${problem}</p>`}
  </fieldset>`;
}
