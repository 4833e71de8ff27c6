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
  return html`<${Section} title=${known.length ? "The server shows another key" : "Is this the server's key?"}>
    ${known.length > 0 &&
    html`<${Notice} tone="warn">
      It is not the key that this connection knows. Perhaps the key was renewed; perhaps somebody
      pretends to be the server. Nobody signed in.
    <//>`}
    <${HostKeyFacts} line=${shown} />
    <p>
      Ask the server's administrator, by phone or in person, whether this is the fingerprint of the
      server. By it the server is recognised from now on: nobody has sent a password yet.
    </p>
    <details>
      <summary>The whole key</summary>
      <p><code>${shown}</code></p>
    </details>
    ${person.canConfigure
      ? html`<${Confirm} connection=${connection} line=${shown} known=${known} onPinned=${onPinned} />`
      : html`<p class="muted">Somebody with Full Access can confirm it.</p>`}
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
        <${Button} kind="primary" busy=${pin.busy} onClick=${() => pin.run()}>The key is right: keep it and check again<//>
      </div>
      <${ErrorNotice} error=${pin.error} />`;
  return html`<div class="row"><${Button} onClick=${() => setAsking(true)}>Keep this key too …<//></div>
    ${asking &&
    html`<${ConfirmDialog}
      title="Keep the new key?"
      confirm="Keep it and check again"
      action=${pin}
      onClose=${() => setAsking(false)}
    >
      <p>Only if the server's administrator has told you that the key was renewed:</p>
      <${HostKeyFacts} line=${line} />
      <${SecretField}
        label="Password"
        hint="Again, for the new key. Without it the stored password is removed, and the stored private key signs in alone."
        optional
        value=${password}
        onInput=${setPassword}
      />
      <p>The old ${known.length === 1 ? "key stays" : "keys stay"} too, until you remove ${known.length === 1 ? "it" : "them"} in the settings.</p>
    <//>`}`;
}
