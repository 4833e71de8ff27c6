// The second step: the server, the account and the folder. It creates the connection.

import { post } from "../../lib/api.js";
import { changeConnection } from "../../lib/connection_changes.js";
import { html } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Form, RadioGroup, useForm } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { isAnotherServer, secretsFor, secretsOf, wholeNumber, withoutHidden } from "../settings/draft.js";
import { FolderField, ImporterFields } from "../settings/file_fields.js";
import { DeliveryField, ServerFields } from "../settings/server_fields.js";
import { PrivateKeyFields, SecretField, StoredSignIn, withSecretMessages } from "../settings/sign_in_fields.js";
import { SIGN_IN } from "../settings/words.js";
import { OF_THIS_STEP as OF_THE_FIRST_STEP } from "./about_step.js";
import { PAGE, SERVER } from "./words.js";

export function ServerStep({ draft, change, stored, saved, created, go, setProblems, typed }) {
  const bySftp = draft.delivery === "sftp";
  const isMoved = stored && bySftp && isAnotherServer(draft, stored);
  const changeSecrets = (changes) => change({ secrets: { ...draft.secrets, ...changes } });
  const form = useForm(async () => {
    const secrets = stored ? { ...(isMoved ? secretsOf({ ...draft, secrets: typed.current }) : {}), ...secretsFor(draft, stored) } : secretsIn(draft);
    const next = bySftp ? "check" : "mapping";
    try {
      const connection = await save(draft, secrets, stored);
      typed.current = { ...typed.current, ...secrets };
      if (!stored) return created(connection, next);
      saved(connection);
    } catch (raised) {
      const error = withSecretMessages(raised, draft.secrets, stored ? undefined : NOT_STORED);
      if (error.problems?.some(({ path }) => OF_THE_FIRST_STEP.test(path))) {
        setProblems(error.problems);
        announce(error.message);
        go("about");
      }
      throw error;
    }
    return go(next);
  }, { ...draft, ...draft.secrets });
  const { problem } = form;
  return html`<${Form} form=${form}>
    <${Section} title=${SERVER.title}>
      <${DeliveryField} draft=${draft} change=${change} problem=${problem} />
      ${bySftp && html`<${ServerFields} draft=${draft} change=${change} problem=${problem} />`}
      ${bySftp &&
      (stored
        ? html`${isMoved && html`<${Moved} stored=${stored} typed=${typed.current} />`}
            <${StoredSignIn} saved=${stored.sign_in} zone=${stored.time_zone} secrets=${draft.secrets} change=${changeSecrets} problem=${problem} />`
        : html`<${NewSignIn} draft=${draft} change=${change} changeSecrets=${changeSecrets} problem=${problem} />`)}
    <//>
    <${Section} title=${SERVER.filesTitle}>
      <${FolderField} draft=${draft} change=${change} problem=${problem} />
      ${bySftp && html`<${ImporterFields} draft=${draft} change=${change} problem=${problem} />`}
    <//>
    <div class="row">
      <${Button} kind="primary" type="submit" busy=${form.busy}>${bySftp ? SERVER.saveAndTest : SERVER.save}<//>
      <${Button} onClick=${() => go("about")}>${PAGE.back}<//>
    </div>
  <//>`;
}

// A password that was typed in this visit, and that no server has seen, is sent again with the new address.
function Moved({ stored, typed }) {
  if (typed.password || typed.private_key) return html`<${Notice}>${SIGN_IN.typedAgain}<//>`;
  return stored.sign_in?.has_password === false ? null : html`<${Notice} tone="warn">${SIGN_IN.changedServer}<//>`;
}

const WAYS = Object.entries(SERVER.ways).map(([value, label]) => ({ value, label }));

function NewSignIn({ draft: { signInWith, secrets }, change, changeSecrets, problem }) {
  return html`<${RadioGroup} label=${SERVER.signInWith} options=${WAYS} value=${signInWith} onInput=${(way) => change({ signInWith: way })} />
    ${signInWith !== "private_key" &&
    html`<${SecretField} label=${SIGN_IN.password} value=${secrets.password} problem=${problem("password")} onInput=${(password) => changeSecrets({ password })} />`}
    ${signInWith !== "password" && html`<${PrivateKeyFields} secrets=${secrets} change=${changeSecrets} problem=${problem} />`}`;
}

const NOT_STORED = {
  empty: { password: SERVER.enterPassword, private_key: SERVER.enterKey },
  leftOut: { password: SERVER.enterPassword, private_key: SERVER.enterKey },
};

// Only the secrets of the selected way to sign in. A secret that was not typed is sent as an empty text,
// so that the API reports it together with all other problems.
function secretsIn({ delivery, signInWith, secrets }) {
  const { password = "", private_key = "", passphrase } = secrets;
  return secretsOf({
    delivery,
    secrets: {
      ...(signInWith !== "private_key" && { password }),
      ...(signInWith !== "password" && { private_key, passphrase }),
    },
  });
}

async function save({ secrets: _, signInWith, programs, ...draft }, secrets, stored) {
  const port = wholeNumber(draft.port);
  const definition = withoutHidden({ ...draft, port, programs: programs ?? [], ...secrets });
  if (!stored) return post("connections", definition);
  return changeConnection(stored.connection_id, definition);
}
