// The form of all settings; it saves everything that was changed.

import { changeConnection } from "../../lib/connection_changes.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { useUnsaved } from "../../lib/router.js";
import { toast } from "../../components/announce.js";
import { Button, SaveButton } from "../../components/button.js";
import { Form, TextField, useForm } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { AboutFields, ProgramFields } from "./about_fields.js";
import { NO_SECRETS, changesOf, draftOf, isAnotherAddress, isAnotherServer, secretsFor } from "./draft.js";
import { FolderField, ImporterFields } from "./file_fields.js";
import { GeneratedKey } from "./generated_key.js";
import { GuardFields } from "./guard_fields.js";
import { HostKeyList } from "./host_key_list.js";
import { NameFields } from "./name_fields.js";
import { DeliveryField, ServerFields } from "./server_fields.js";
import { StoredSignIn, withSecretMessages } from "./sign_in_fields.js";
import { TakesFields } from "./takes_fields.js";
import { ABOUT, DELIVERY, GUARDS, HOST_KEYS, IMPORTER, PAGE, SIGN_IN, TAKES } from "./words.js";

const TESTED = ["host", "port", "username", "host_keys", "folder", "delivery", "write_in_place", "keep_links", "done_file"];

// `wanted`: the field that a link leads to.
export function SettingsForm({ connection, keep, wanted = null }) {
  const [draft, setDraft] = useState(() => draftOf(connection));
  const [toCheck, setToCheck] = useState(false);
  const change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const changeSecrets = (changes) => setDraft((before) => ({ ...before, secrets: { ...before.secrets, ...changes } }));
  const changes = { ...changesOf(draft, connection), ...secretsFor(draft, connection) };
  const dirty = Object.keys(changes).length > 0;
  useUnsaved(dirty && PAGE.unsaved);
  useEffect(() => {
    if (wanted) focusSoon(`[name="${CSS.escape(wanted)}"]`, `[data-field="${CSS.escape(wanted)}"]`);
  }, [wanted]);

  const saving = useForm(async () => {
    const now = await changeConnection(connection.connection_id, changes).catch((error) => {
      throw withSecretMessages(error, draft.secrets);
    });
    keep(now);
    // Forgets the saved secrets, and keeps what was typed meanwhile.
    const secrets = (before) => (before.secrets === draft.secrets ? NO_SECRETS : before.secrets);
    setDraft((before) => (before === draft ? draftOf(now) : { ...before, secrets: secrets(before) }));
    setToCheck(Object.keys(changes).some((name) => TESTED.includes(name) || name in draft.secrets));
    toast(PAGE.saved);
  }, { ...draft, ...draft.secrets });
  const { problem, problems } = saving;
  const discard = () => {
    setDraft(draftOf(connection));
    saving.clear();
  };
  const check = href("/connections/{c}/check", { c: connection.connection_id });

  return html`<${Form} form=${saving} isShown=${isAtField} class="stack narrow settings">
    <${Section} title=${ABOUT.title}>
      <${AboutFields}
        draft=${draft}
        change=${change}
        problem=${problem}
        idField=${html`<p class="hint">${ABOUT.id} <code>${connection.connection_id}</code></p>`}
      />
      <${NameFields} names=${draft.name_fields} problems=${problems} onInput=${(name_fields) => change({ name_fields })} />
      <${ProgramFields} programs=${draft.programs} district=${draft.district} onInput=${(programs) => change({ programs })} />
      <${OtherPrograms} programs=${draft.programs} problem=${problem} onInput=${(programs) => change({ programs })} />
    <//>
    <${Section}
      title=${TAKES.title}
      hint=${TAKES.hint}
    >
      <${TakesFields} connection_id=${connection.connection_id} takes=${draft.takes} problems=${problems} onInput=${(takes) => change({ takes })} />
    <//>
    <${Section} title=${DELIVERY.title}>
      <${DeliveryField} draft=${draft} change=${change} problem=${problem} />
      ${draft.delivery === "sftp" && html`<${ServerFields} draft=${draft} change=${change} problem=${problem} />`}
      <${FolderField} draft=${draft} change=${change} problem=${problem} />
    <//>
    ${draft.delivery === "sftp" &&
    html`<${Section} title=${SIGN_IN.title}>
        ${connection.sign_in?.has_password !== false && isAnotherServer(draft, connection) && html`<${AnotherServer} />`}
        <${StoredSignIn} saved=${connection.sign_in} zone=${connection.time_zone} secrets=${draft.secrets} change=${changeSecrets} problem=${problem} />
        ${connection.delivery === "sftp" && html`<${GeneratedKey} connection=${connection} />`}
      <//>
      <${Section} title=${HOST_KEYS.title} hint=${HOST_KEYS.hint}>
        ${isAnotherAddress(draft, connection) &&
        draft.host_keys.length > 0 &&
        html`<${Notice} tone="warn">
          ${HOST_KEYS.ofOther(connection.host || HOST_KEYS.another)}
        <//>`}
        <${HostKeyList}
          connection_id=${connection.connection_id}
          keys=${draft.host_keys}
          problem=${problem}
          onInput=${(host_keys) => change({ host_keys })}
        />
      <//>
      <${Section} title=${IMPORTER.title}>
        <${ImporterFields} draft=${draft} change=${change} problem=${problem} />
      <//>`}
    <${Section} title=${GUARDS.title} hint=${GUARDS.hint}>
      <${GuardFields} guards=${draft.guards} problem=${problem} onInput=${(guards) => change({ guards })} />
    <//>
    <div class="save-bar row">
      <${SaveButton} busy=${saving.busy} type="submit">${PAGE.save}<//>
      ${dirty && html`<${Button} onClick=${discard}>${PAGE.discard}<//>`}
      <span class="muted" role="status">${dirty ? PAGE.notSaved : ""}</span>
      ${!dirty && toCheck && html`<a href=${check}>${PAGE.test}</a>`}
    </div>
  <//>`;
}

function isAtField(path) {
  return !/^(connection_id|example_students|guards)$/.test(path);
}

function AnotherServer() {
  return html`<${Notice} tone="warn" title=${SIGN_IN.changedServerTitle}>${SIGN_IN.changedServerWhy}<//>`;
}

function OtherPrograms({ programs, problem, onInput }) {
  const [text, setText] = useState(programs.join(" "));
  const idsOf = (written) => written.split(/[\s,]+/).filter(Boolean);
  const wrong = problem("programs") || programs.map((_, index) => problem(`programs[${index}]`)).find(Boolean);
  return html`<details open=${Boolean(wrong)}>
    <summary>${ABOUT.otherPrograms}</summary>
    <div class="inside">
      <${TextField}
        label=${ABOUT.clientIds}
        hint=${ABOUT.clientIdsHint}
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
