// A new password beside the step that was refused, followed by a new test.

import { changeConnection } from "../../lib/connection_changes.js";
import { afterDrawing } from "../../lib/focus.js";
import { html, useRef, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Form, refusal, useForm } from "../../components/fields.js";
import { SecretField } from "../settings/sign_in_fields.js";
import { PASSWORD } from "./words.js";

// `onChanged` receives the connection with the new password.
export function ChangePassword({ connection, onChanged }) {
  const [password, setPassword] = useState(null); // a text while it is being changed
  const frame = useRef(null);
  const saving = useForm(
    async () => {
      if (!password) throw refusal([{ path: "password", message: PASSWORD.enter }]);
      onChanged(await changeConnection(connection.connection_id, { password }));
    },
    { password },
  );
  const show = (text) => {
    setPassword(text);
    saving.clear();
    afterDrawing(() => frame.current?.querySelector("input, button").focus());
  };
  return html`<div class="change-password" ref=${frame}>
    ${password === null
      ? html`<${Button} onClick=${() => show("")}>${PASSWORD.change}<//>`
      : html`<${Form} form=${saving}>
          <${SecretField} label=${PASSWORD.label} value=${password} problem=${saving.problem("password")} onInput=${setPassword} />
          <div class="row">
            <${Button} kind="primary" type="submit" busy=${saving.busy}>${PASSWORD.save}<//>
            <${Button} onClick=${() => show(null)}>${PASSWORD.cancel}<//>
          </div>
        <//>`}
  </div>`;
}
