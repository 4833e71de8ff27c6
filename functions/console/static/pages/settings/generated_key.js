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
import { GENERATED } from "./words.js";

const TYPES = [
  { value: "ed25519", label: GENERATED.ed25519 },
  { value: "rsa", label: GENERATED.rsa },
];

export function GeneratedKey({ connection }) {
  const path = pathOf(connection.connection_id, "key");
  const pairs = useData((options) => get(path, options), [path, connection]);
  const [type, setType] = useState("ed25519");
  const group = useRef(null);
  const generating = useAction(async () => {
    pairs.keep(await post(path, { type }));
    toast(GENERATED.generated);
  });
  const discarding = useAction(async () => {
    await remove(path);
    pairs.keep({ ...pairs.data, waiting: null });
    group.current.focus(); // the pressed button is gone
    toast(GENERATED.discarded);
  });
  const { waiting, in_use } = pairs.data ?? {};
  return html`<div class="stored stack" role="group" aria-label=${GENERATED.group} tabindex="-1" ref=${group}>
    <div>
      <strong>${GENERATED.title}</strong>
      <p class="hint">${GENERATED.hint}</p>
    </div>
    ${!pairs.data && (pairs.error ? html`<${ErrorState} error=${pairs.error} onRetry=${pairs.reload} />` : html`<${Loading} />`)}
    ${in_use && html`<${PublicKey} label=${GENERATED.keyInUse} title=${GENERATED.inUse} pair=${in_use} zone=${connection.time_zone} />`}
    ${waiting &&
    html`<${PublicKey} label=${GENERATED.newKey} title=${GENERATED.waiting} pair=${waiting} zone=${connection.time_zone} />
      <p>
        ${GENERATED.addTo(connection.username || GENERATED.theAccount)}
        ${" "}<a href=${href("/connections/{c}/check", { c: connection.connection_id })}>${GENERATED.test}</a>.
      </p>
      <div><${Button} busy=${discarding.busy} onClick=${() => discarding.run()}>${GENERATED.discard}<//></div>
      <${ErrorNotice} error=${discarding.error} />`}
    ${pairs.data &&
    html`<${SelectField} label=${GENERATED.type} options=${TYPES} value=${type} onInput=${setType} />
      <div>
        <${Button} busy=${generating.busy} onClick=${() => generating.run()}>
          ${waiting || in_use ? GENERATED.another : GENERATED.generate}
        <//>
      </div>
      <${ErrorNotice} error=${generating.error} />`}
  </div>`;
}

function PublicKey({ title, label, pair, zone }) {
  const { public_key, fingerprint, made_at, made_by, signed_in_at } = pair;
  return html`<div class="stack">
    <p><strong>${title}</strong></p>
    <${Copyable} block label=${GENERATED.publicHalf(label)} text=${public_key} />
    <${FactList}
      facts=${[
        [GENERATED.fingerprint, html`<code>${fingerprint}</code>`],
        [GENERATED.made, html`<${Time} at=${made_at} zone=${zone} />${GENERATED.by(made_by)}`],
        [GENERATED.signedIn, signed_in_at && html`<${Time} at=${signed_in_at} zone=${zone} />`],
      ]}
    />
  </div>`;
}
