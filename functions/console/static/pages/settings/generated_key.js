// A key pair that the service makes: its public half, for the server, and whether it has signed in.

import { get, pathOf, post, remove } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { FactList } from "../../components/fact_list.js";
import { SelectField } from "../../components/fields.js";
import { ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Time } from "../../components/time.js";

const TYPES = [
  { value: "ed25519", label: "Ed25519" },
  { value: "rsa", label: "RSA, for servers that do not know Ed25519" },
];

export function GeneratedKey({ connection }) {
  const path = pathOf(connection.connection_id, "key");
  const pairs = useData((options) => get(path, options), [path, connection]);
  const [type, setType] = useState("ed25519");
  const group = useRef(null);
  const generating = useAction(async () => {
    pairs.keep(await post(path, { type }));
    toast("A key pair was generated. Its public half is shown above the button.");
  });
  const discarding = useAction(async () => {
    await remove(path);
    pairs.keep({ ...pairs.data, waiting: null });
    group.current.focus(); // the pressed button is gone
    toast("The key was discarded.");
  });
  const { waiting, in_use } = pairs.data ?? {};
  return html`<div class="stored stack" role="group" aria-label="The generated key" tabindex="-1" ref=${group}>
    <div>
      <strong>A key pair made here</strong>
      <p class="hint">
        The private half is stored and never shown. The public half is for the server. What is stored above stays in
        use until the new key has signed in; then the former key is deleted.
      </p>
    </div>
    ${!pairs.data && (pairs.error ? html`<${ErrorState} error=${pairs.error} onRetry=${pairs.reload} />` : html`<${Loading} />`)}
    ${in_use && html`<${PublicKey} label="the key in use" title="In use" pair=${in_use} zone=${connection.time_zone} />`}
    ${waiting &&
    html`<${PublicKey} label="the new key" title="Waiting for its first sign-in" pair=${waiting} zone=${connection.time_zone} />
      <p>
        Add this line to the authorized keys of ${connection.username || "the account"} on the server, then
        ${" "}<a href=${href("/connections/{c}/check", { c: connection.connection_id })}>check the connection</a>.
      </p>
      <div><${Button} busy=${discarding.busy} onClick=${() => discarding.run()}>Discard the new key<//></div>
      <${ErrorNotice} error=${discarding.error} />`}
    ${pairs.data &&
    html`<${SelectField} label="Type of the key" options=${TYPES} value=${type} onInput=${setType} />
      <div>
        <${Button} busy=${generating.busy} onClick=${() => generating.run()}>
          ${waiting || in_use ? "Generate another key" : "Generate a key"}
        <//>
      </div>
      <${ErrorNotice} error=${generating.error} />`}
  </div>`;
}

function PublicKey({ title, label, pair, zone }) {
  const { public_key, fingerprint, made_at, made_by, signed_in_at } = pair;
  return html`<div class="stack">
    <p><strong>${title}</strong></p>
    <${Copyable} block label=${`the public half of ${label}`} text=${public_key} />
    <${FactList}
      facts=${[
        ["Fingerprint", html`<code>${fingerprint}</code>`],
        ["Made", html`<${Time} at=${made_at} zone=${zone} /> by ${made_by}`],
        ["Signed in first", signed_in_at && html`<${Time} at=${signed_in_at} zone=${zone} />`],
      ]}
    />
  </div>`;
}
