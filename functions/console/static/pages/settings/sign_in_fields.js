// Password and private key: fields to enter them; stored ones are never shown.

import { html, useEffect, useId, useRef, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Field, TextArea } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";

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
      <${Button} aria-label=${`${shown ? "Hide" : "Show"} the ${frame.label.toLowerCase()}`} onClick=${() => setShown(!shown)}>
        ${shown ? "Hide" : "Show"}
      <//>
    </div>`}
  <//>`;
}

export function PrivateKeyFields({ secrets, change, problem }) {
  const id = useId();
  const read = async (event) => {
    const [file] = event.target.files;
    if (file) change({ private_key: await file.text() });
    if (file) announce(`${file.name} was read.`);
  };
  return html`<${TextArea}
      label="Private key"
      hint="The whole text, from -----BEGIN to the last -----."
      class="key-text"
      value=${secrets.private_key ?? ""}
      problem=${problem("private_key")}
      onInput=${(private_key) => change({ private_key })}
    />
    <div class="field">
      <label for=${id}>or its file</label>
      <input type="file" id=${id} onChange=${read} />
    </div>
    <${SecretField}
      label="Passphrase"
      hint="Of the private key, if it has one."
      optional
      value=${secrets.passphrase}
      problem=${problem("passphrase")}
      onInput=${(passphrase) => change({ passphrase })}
    />`;
}

// The stored sign-in of a connection. `change` receives the new secrets.
export function StoredSignIn({ secrets, change, problem }) {
  return html`<${Stored}
      name="password"
      value=${secrets.password}
      problem=${problem("password")}
      onSet=${() => change({ password: "" })}
      onRemove=${() => change({ password: null })}
      onKeep=${() => change({ password: undefined })}
    >
      <${SecretField} label="New password" value=${secrets.password} problem=${problem("password")} onInput=${(password) => change({ password })} />
    <//>
    <${Stored}
      name="private key"
      value=${secrets.private_key}
      problem=${problem("private_key")}
      onSet=${() => change({ private_key: "", passphrase: undefined })}
      onRemove=${() => change({ private_key: null, passphrase: undefined })}
      onKeep=${() => change({ private_key: undefined, passphrase: undefined })}
    >
      <${PrivateKeyFields} secrets=${secrets} change=${change} problem=${problem} />
    <//>`;
}

function Stored({ name, value, problem, onSet, onRemove, onKeep, children }) {
  const group = useRef(null);
  const kind = value === null ? "null" : typeof value;
  const previous = useRef(kind);
  useEffect(() => {
    if (kind !== previous.current) group.current.querySelector("input, textarea, button").focus(); // the pressed button is gone
    previous.current = kind;
  }, [kind]);
  const title = `${name[0].toUpperCase()}${name.slice(1)}`;
  const keep = html`<div><${Button} onClick=${onKeep}>Leave the ${name} as it is<//></div>`;
  return html`<div class="stored stack" role="group" aria-label=${`The ${name}`} ref=${group}>
    ${value === undefined &&
    html`<div class="row">
        <div class="stored-name">
          <strong>${title}</strong>
          <p class="hint">Never shown. What is stored stays as it is.</p>
        </div>
        <${Button} onClick=${onSet}>Set a new ${name}<//>
        <${Button} onClick=${onRemove}>Remove the ${name}<//>
      </div>
      ${problem && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem} /></p>`}`}
    ${value === null &&
    html`<p><strong>${title}</strong>: removed when you save, if one is stored.</p>
      ${problem && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem} /></p>`} ${keep}`}
    ${typeof value === "string" && html`${children} ${keep}`}
  </div>`;
}

/** @type {Record<"empty" | "leftOut", Record<string, string>>} */
const STORED = {
  empty: {
    password: "Write the password, or leave the stored one as it is.",
    private_key: "Write the private key, or leave the stored one as it is.",
  },
  leftOut: {
    password: "Set the password again, or remove it to sign in by the stored key alone.",
    private_key: "The generated key belongs to the former server: set another private key, or remove it. Then generate a key for this server.",
  },
};

// The error with clearer messages about secrets that were sent empty or left out.
export function withSecretMessages(error, secrets, { empty, leftOut } = STORED) {
  const inWords = ({ path, message }) => {
    const words = secrets[path] === undefined ? leftOut : secrets[path] === "" ? empty : {};
    return words[path] ?? message;
  };
  const problems = error.problems?.map((problem) => ({ ...problem, message: inWords(problem) })) ?? [];
  const at = error.problems?.findIndex(({ message }) => message === error.message) ?? -1;
  return Object.assign(error, { problems, message: problems[at]?.message ?? error.message });
}
