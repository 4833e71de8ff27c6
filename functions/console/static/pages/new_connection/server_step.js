// The second step: the server, the account and the folder. It creates the connection.

import { post } from "../../lib/api.js";
import { changeConnection } from "../../lib/connection_changes.js";
import { useAction } from "../../lib/data.js";
import { html, useRef } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { RadioGroup, useFocusOnProblem } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { isAnotherServer, secretsOf, wholeNumber, withoutHidden } from "../settings/draft.js";
import { FolderField, ImporterFields } from "../settings/file_fields.js";
import { DeliveryField, ServerFields } from "../settings/server_fields.js";
import { PrivateKeyFields, SecretField, StoredSignIn, withSecretMessages } from "../settings/sign_in_fields.js";
import { OF_THIS_STEP as OF_THE_FIRST_STEP } from "./about_step.js";

export function ServerStep({ draft, change, stored, keep, go, problem, setProblems }) {
  const form = useRef(null);
  const bySftp = draft.delivery === "sftp";
  const changeSecrets = (changes) => change({ secrets: { ...draft.secrets, ...changes } });
  const saving = useAction(async () => {
    setProblems([]);
    const secrets = stored ? secretsOf(draft) : secretsIn(draft);
    try {
      keep(await save(draft, secrets, stored));
    } catch (raised) {
      const error = withSecretMessages(raised, secrets, stored ? undefined : NOT_STORED);
      setProblems(error.problems);
      if (error.problems?.some(({ path }) => OF_THE_FIRST_STEP.test(path))) {
        announce(error.message);
        go("about");
      }
      throw error;
    }
    go(draft.delivery === "sftp" ? "check" : "mapping");
  });
  useFocusOnProblem(form, saving.error);
  return html`<div ref=${form} class="stack">
    <${Section} title="Where do the files go?">
      <${DeliveryField} draft=${draft} change=${change} problem=${problem} />
      ${bySftp && html`<${ServerFields} draft=${draft} change=${change} problem=${problem} />`}
      ${bySftp &&
      (stored
        ? html`${isAnotherServer(draft, stored) && html`<${Notice} tone="warn">Another server: set the password or the private key again.<//>`}
            <${StoredSignIn} secrets=${draft.secrets} change=${changeSecrets} problem=${problem} />`
        : html`<${NewSignIn} draft=${draft} change=${change} changeSecrets=${changeSecrets} problem=${problem} />`)}
    <//>
    <${Section} title="Folder and importer">
      <${FolderField} draft=${draft} change=${change} problem=${problem} />
      ${bySftp && html`<${ImporterFields} draft=${draft} change=${change} problem=${problem} />`}
    <//>
    <${ErrorNotice} error=${saving.error} isShown=${() => true} />
    <div class="row">
      <${Button} kind="primary" busy=${saving.busy} onClick=${() => saving.run()}>
        ${bySftp ? "Save and check" : "Save"}
      <//>
      <${Button} onClick=${() => go("about")}>Back<//>
    </div>
  </div>`;
}

const SIGN_IN_OPTIONS = [
  { value: "password", label: "A password" },
  { value: "private_key", label: "A private key" },
  { value: "both", label: "Both" },
];

function NewSignIn({ draft: { signInWith, secrets }, change, changeSecrets, problem }) {
  return html`<${RadioGroup} label="Sign in with" options=${SIGN_IN_OPTIONS} value=${signInWith} onInput=${(way) => change({ signInWith: way })} />
    ${signInWith !== "private_key" &&
    html`<${SecretField} label="Password" value=${secrets.password} problem=${problem("password")} onInput=${(password) => changeSecrets({ password })} />`}
    ${signInWith !== "password" && html`<${PrivateKeyFields} secrets=${secrets} change=${changeSecrets} problem=${problem} />`}`;
}

const NOT_STORED = {
  empty: {
    password: "Write the password of this account.",
    private_key: "Write the private key, or choose its file.",
  },
  leftOut: {},
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
