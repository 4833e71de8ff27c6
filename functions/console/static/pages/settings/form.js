// The form of all settings; it saves everything that was changed.

import { changeConnection } from "../../lib/connection_changes.js";
import { useAction } from "../../lib/data.js";
import { html, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { useUnsaved } from "../../lib/router.js";
import { toast } from "../../components/announce.js";
import { Button, SaveButton } from "../../components/button.js";
import { TextField, useFocusOnProblem } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { AboutFields, ProgramFields } from "./about_fields.js";
import { NO_SECRETS, changesOf, draftOf, isAnotherAddress, isAnotherServer, secretsOf } from "./draft.js";
import { FolderField, ImporterFields } from "./file_fields.js";
import { GeneratedKey } from "./generated_key.js";
import { GuardFields } from "./guard_fields.js";
import { HostKeyList } from "./host_key_list.js";
import { NameFields } from "./name_fields.js";
import { DeliveryField, ServerFields } from "./server_fields.js";
import { StoredSignIn, withSecretMessages } from "./sign_in_fields.js";
import { TakesFields } from "./takes_fields.js";

const CHECKED = ["host", "port", "username", "host_keys", "folder", "delivery"];

export function SettingsForm({ connection, keep }) {
  const [draft, setDraft] = useState(() => draftOf(connection));
  const [toCheck, setToCheck] = useState(false);
  const form = useRef(null);
  const change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const changeSecrets = (changes) => setDraft((before) => ({ ...before, secrets: { ...before.secrets, ...changes } }));
  const changes = { ...changesOf(draft, connection), ...secretsOf(draft) };
  const dirty = Object.keys(changes).length > 0;
  useUnsaved(dirty && "The settings were changed and are not saved yet.");

  const saving = useAction(async () => {
    const now = await changeConnection(connection.connection_id, changes).catch((error) => {
      throw withSecretMessages(error, draft.secrets);
    });
    keep(now);
    // Forgets the saved secrets, and keeps what was typed meanwhile.
    const secrets = (before) => (before.secrets === draft.secrets ? NO_SECRETS : before.secrets);
    setDraft((before) => (before === draft ? draftOf(now) : { ...before, secrets: secrets(before) }));
    setToCheck(Object.keys(changes).some((name) => CHECKED.includes(name) || name in draft.secrets));
    toast("The settings are saved.");
  });
  useFocusOnProblem(form, saving.error);
  const problem = (path) => saving.error?.problemOf?.(path) ?? "";
  const discard = () => {
    setDraft(draftOf(connection));
    saving.clear();
  };
  const check = href("/connections/{c}/check", { c: connection.connection_id });

  return html`<div class="stack narrow settings" ref=${form}>
    <${Section} title="About">
      <${AboutFields}
        draft=${draft}
        change=${change}
        problem=${problem}
        idField=${html`<p class="hint">Its id, which never changes: <code>${connection.connection_id}</code></p>`}
      />
      <${NameFields} names=${draft.name_fields} error=${saving.error} onInput=${(name_fields) => change({ name_fields })} />
      <${ProgramFields} programs=${draft.programs} district=${draft.district} onInput=${(programs) => change({ programs })} />
      <${OtherPrograms} programs=${draft.programs} problem=${problem} onInput=${(programs) => change({ programs })} />
    <//>
    <${Section}
      title="Registrations it takes"
      hint="Enroll can send a registration to all connections at once. This connection stores only what it takes; a student that it no longer takes is removed from it."
    >
      <${TakesFields} connection_id=${connection.connection_id} takes=${draft.takes} error=${saving.error} onInput=${(takes) => change({ takes })} />
    <//>
    <${Section} title="Where the files go">
      <${DeliveryField} draft=${draft} change=${change} problem=${problem} />
      ${draft.delivery === "sftp" && html`<${ServerFields} draft=${draft} change=${change} problem=${problem} />`}
      <${FolderField} draft=${draft} change=${change} problem=${problem} />
    <//>
    ${draft.delivery === "sftp" &&
    html`<${Section} title="Sign-in">
        ${isAnotherServer(draft, connection) && html`<${AnotherServer} />`}
        <${StoredSignIn} secrets=${draft.secrets} change=${changeSecrets} problem=${problem} />
        ${connection.delivery === "sftp" && html`<${GeneratedKey} connection=${connection} />`}
      <//>
      <${Section} title="Host keys" hint="By them the server is recognised. While it changes its key, both stand here.">
        ${isAnotherAddress(draft, connection) &&
        draft.host_keys.length > 0 &&
        html`<${Notice} tone="warn">
          These are keys of ${connection.host || "another server"}: take them out. The check shows the new server's key.
        <//>`}
        <${HostKeyList}
          connection_id=${connection.connection_id}
          keys=${draft.host_keys}
          problem=${problem}
          onInput=${(host_keys) => change({ host_keys })}
          onMoved=${saving.clear}
        />
      <//>
      <${Section} title="The importer">
        <${ImporterFields} draft=${draft} change=${change} problem=${problem} />
      <//>`}
    <${Section} title="Guards before sending" hint="What is unusual in a year's files is told, or holds them back until somebody has looked.">
      <${GuardFields} guards=${draft.guards} problem=${problem} onInput=${(guards) => change({ guards })} />
    <//>
    <${ErrorNotice} error=${saving.error} isShown=${isAtField} />
    <div class="save-bar row">
      <${SaveButton} busy=${saving.busy} onClick=${() => saving.run()}>Save<//>
      ${dirty && html`<${Button} onClick=${discard}>Discard the changes<//>`}
      <span class="muted" role="status">${dirty ? "Not saved yet" : ""}</span>
      ${!dirty && toCheck && html`<a href=${check}>Check the connection with its new settings</a>`}
    </div>
  </div>`;
}

function isAtField(path) {
  return !/^(connection_id|example_students|guards)$/.test(path);
}

function AnotherServer() {
  return html`<${Notice} tone="warn" title="This is another server">
    Host, port, user name and host keys are the server that a password was given for; it is never sent to
    another one. Set the password or the private key again; or remove the password, to sign in by the
    stored key alone.
  <//>`;
}

function OtherPrograms({ programs, problem, onInput }) {
  const [text, setText] = useState(programs.join(" "));
  const idsOf = (written) => written.split(/[\s,]+/).filter(Boolean);
  const wrong = problem("programs") || programs.map((_, index) => problem(`programs[${index}]`)).find(Boolean);
  return html`<details open=${Boolean(wrong)}>
    <summary>Other programs</summary>
    <div class="inside">
      <${TextField}
        label="Client ids of all programs"
        hint="With blanks between them. A program that is not named can neither read this connection nor sync to it. An operator binds each program to its districts."
        value=${idsOf(text).join() === programs.join() ? text : programs.join(" ")}
        problem=${wrong}
        onInput=${(written) => {
          setText(written);
          onInput(idsOf(written));
        }}
      />
    </div>
  </details>`;
}
