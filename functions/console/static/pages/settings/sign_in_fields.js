// Password and private key: fields to enter them; saved ones are never shown.

import { html, useEffect, useId, useRef, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Field, TextArea } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { dayOf } from "../../components/time.js";
import { SECRET_PROBLEMS, SIGN_IN, STORED } from "./words.js";

// A text that is hidden while it is typed; a button shows it.
export function SecretField({ value, onInput, ...frame }) {
  const [shown, setShown] = useState(false);
  return html`<${Field} ...${frame}>
    ${(fieldProps) => html`<div class="secret">
      <input
        type=${shown ? "text" : "password"}
        autocomplete="new-password"
        spellcheck=${false}
        ...${fieldProps}
        value=${value ?? ""}
        onInput=${(event) => onInput(event.target.value)}
      />
      <${Button} aria-label=${(shown ? SIGN_IN.hideOf : SIGN_IN.showOf)(frame.label)} onClick=${() => setShown(!shown)}>
        ${shown ? SIGN_IN.hide : SIGN_IN.show}
      <//>
    </div>`}
  <//>`;
}

export function PrivateKeyFields({ secrets, change, problem }) {
  const id = useId();
  const read = async (event) => {
    const [file] = event.target.files;
    if (file) change({ private_key: await file.text() });
    if (file) announce(SIGN_IN.fileRead(file.name));
  };
  return html`<${TextArea}
      label=${SIGN_IN.privateKey}
      hint=${SIGN_IN.keyHint}
      class="key-text"
      value=${secrets.private_key ?? ""}
      problem=${problem("private_key")}
      onInput=${(private_key) => change({ private_key })}
    />
    <div class="field">
      <label for=${id}>${SIGN_IN.keyFile}</label>
      <input type="file" id=${id} onChange=${read} />
    </div>
    <${SecretField}
      label=${SIGN_IN.passphrase}
      hint=${SIGN_IN.passphraseHint}
      optional
      value=${secrets.passphrase}
      problem=${problem("passphrase")}
      onInput=${(passphrase) => change({ passphrase })}
    />`;
}

// The saved sign-in of a connection. `saved` is its `sign_in` in the API; `change` receives the new secrets.
export function StoredSignIn({ saved, zone, secrets, change, problem }) {
  const stored = (kind) => ({ kind, saved, zone, value: secrets[kind], problem: problem(kind) });
  return html`<${Stored}
      ...${stored("password")}
      onSet=${() => change({ password: "" })}
      onRemove=${() => change({ password: null })}
      onKeep=${() => change({ password: undefined })}
    >
      <${SecretField} label=${SIGN_IN.newPassword} value=${secrets.password} problem=${problem("password")} onInput=${(password) => change({ password })} />
    <//>
    <${Stored}
      ...${stored("private_key")}
      onSet=${() => change({ private_key: "", passphrase: undefined })}
      onRemove=${() => change({ private_key: null, passphrase: undefined })}
      onKeep=${() => change({ private_key: undefined, passphrase: undefined })}
    >
      <${PrivateKeyFields} secrets=${secrets} change=${change} problem=${problem} />
    <//>`;
}

function Stored({ kind, saved, zone, value, problem, onSet, onRemove, onKeep, children }) {
  const group = useRef(null);
  const state = value === null ? "null" : typeof value;
  const previous = useRef(state);
  useEffect(() => {
    if (state !== previous.current) group.current.querySelector("input, textarea, button").focus(); // the pressed button is gone
    previous.current = state;
  }, [state]);
  const name = STORED.names[kind];
  const isMissing = saved?.[`has_${kind}`] === false;
  const keep = html`<div><${Button} onClick=${onKeep}>${(isMissing ? STORED.cancel : STORED.keep)[kind]}<//></div>`;
  return html`<div class="stored stack" role="group" aria-label=${STORED.group[kind]} data-field=${kind} ref=${group}>
    ${value === undefined &&
    html`<div class="row">
        <p class="stored-name"><strong>${whatIsSaved(kind, saved, zone)}</strong></p>
        <${Button} onClick=${onSet}>${(isMissing ? STORED.add : STORED.change)[kind]}<//>
        ${!isMissing && html`<${Button} onClick=${onRemove}>${STORED.remove[kind]}<//>`}
      </div>
      ${problem && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem} /></p>`}`}
    ${value === null &&
    html`<p><strong>${STORED.removed(name)}</strong></p>
      ${problem && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem} /></p>`} ${keep}`}
    ${typeof value === "string" && html`${children} ${keep}`}
  </div>`;
}

// "Password saved Nov 3 by ada". Of secrets that an earlier version of the service saved, nothing is known.
function whatIsSaved(kind, saved, zone) {
  const name = STORED.names[kind];
  const has = saved?.[`has_${kind}`] ?? null;
  if (has === null) return STORED.unknown(name);
  return has ? STORED.saved(name, dayOf(saved[`${kind}_saved_at`], zone), saved[`${kind}_saved_by`]) : STORED.none[kind];
}

// The error with clearer messages about secrets that were sent empty or left out.
export function withSecretMessages(error, secrets, { empty, leftOut } = SECRET_PROBLEMS) {
  const inWords = ({ path, message }) => {
    const words = secrets[path] === undefined ? leftOut : secrets[path] === "" ? empty : {};
    return words[path] ?? message;
  };
  const problems = error.problems?.map((problem) => ({ ...problem, message: inWords(problem) })) ?? [];
  const at = error.problems?.findIndex(({ message }) => message === error.message) ?? -1;
  return Object.assign(error, { problems, message: problems[at]?.message ?? error.message });
}
