// Asks a person to confirm a host key that the server shows and that is not pinned.

import { pinHostKey } from "../../lib/connection_changes.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { HostKeyFacts } from "../../shared/host_keys.js";
import { SecretField } from "../settings/sign_in_fields.js";
import { HOST_KEY } from "./words.js";

// Whether the check failed only because nobody has confirmed the server's first key.
export function isFirstKey(connection, run) {
  return Boolean(connection.host_keys.length === 0 && keyShown(run));
}

function keyShown(run) {
  return run.steps.find((step) => step.step === "host_key" && step.result === "failed")?.host_key;
}

// Empty where there is nothing to confirm. `onPinned` receives the changed connection.
export function HostKeyToConfirm({ connection, run, onPinned }) {
  const person = usePerson();
  const shown = keyShown(run);
  if (!shown || connection.host_keys.includes(shown)) return null;
  const known = connection.host_keys;
  return html`<${Section} title=${known.length ? HOST_KEY.another : HOST_KEY.first}>
    ${known.length > 0 && html`<${Notice} tone="warn">${HOST_KEY.anotherHint}<//>`}
    <${HostKeyFacts} line=${shown} />
    <p>${HOST_KEY.ask}</p>
    <details>
      <summary>${HOST_KEY.whole}</summary>
      <p><code>${shown}</code></p>
    </details>
    ${person.canConfigure
      ? html`<${Confirm} connection=${connection} line=${shown} known=${known} onPinned=${onPinned} />`
      : html`<p class="muted">${HOST_KEY.whoCan}</p>`}
  <//>`;
}

function Confirm({ connection, line, known, onPinned }) {
  const [asking, setAsking] = useState(false);
  const [password, setPassword] = useState("");
  const pin = useAction(async () => {
    const secrets = known.length > 0 ? { password: password || null } : {};
    const changed = await pinHostKey(connection.connection_id, line, secrets);
    setAsking(false);
    onPinned(changed);
  });
  if (known.length === 0)
    return html`<div class="row">
        <${Button} kind="primary" busy=${pin.busy} onClick=${() => pin.run()}>${HOST_KEY.confirm}<//>
      </div>
      <${ErrorNotice} error=${pin.error} />`;
  return html`<div class="row"><${Button} onClick=${() => setAsking(true)}>${HOST_KEY.keepToo}<//></div>
    ${asking &&
    html`<${ConfirmDialog}
      title=${HOST_KEY.dialog}
      confirm=${HOST_KEY.keep}
      action=${pin}
      onClose=${() => setAsking(false)}
    >
      <p>${HOST_KEY.onlyIf}</p>
      <${HostKeyFacts} line=${line} />
      <${SecretField}
        label=${HOST_KEY.password}
        hint=${HOST_KEY.passwordHint}
        optional
        value=${password}
        onInput=${setPassword}
      />
      <p>${HOST_KEY.oldStay(known.length)}</p>
    <//>`}`;
}
