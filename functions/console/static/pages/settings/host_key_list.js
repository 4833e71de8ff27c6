// The pinned host keys of a connection: several while the server changes its key.

import { html, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { TextArea } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { HostKeyFacts, isWhole, partsOf } from "../../shared/host_keys.js";

// `problem(path)` returns the message for an index in the list; `onMoved` is called when indexes change.
export function HostKeyList({ connection_id, keys, onInput, onMoved, problem }) {
  const list = useRef(null);
  const check = href("/connections/{c}/check", { c: connection_id });
  const remove = (line) => {
    onInput(keys.filter((key) => key !== line));
    onMoved();
    announce("The key was taken out. Save to make it so.");
    list.current.focus();
  };
  return html`<div ref=${list} tabindex="-1" class="stack">
    ${keys.length === 0 && html`<p>None yet. <a href=${check}>Check the connection</a>: it shows the server's key to be confirmed.</p>`}
    <ul class="host-keys plain">
      ${keys.map(
        (line, index) => html`<li key=${line} class="apart">
          <${HostKeyFacts} line=${line} />
          <${Button} icon="trash" aria-label=${`Remove host key ${index + 1}`} onClick=${() => remove(line)}>Remove<//>
          ${problem(`host_keys[${index}]`) && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem(`host_keys[${index}]`)} /></p>`}
        </li>`,
      )}
    </ul>
    ${problem("host_keys") && html`<p class="problem" tabindex="-1"><${Sentence} text=${problem("host_keys")} /></p>`}
    <${NewKey} keys=${keys} onAdd=${(line) => onInput([...keys, line])} />
  </div>`;
}

function NewKey({ keys, onAdd }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const add = () => {
    const line = text.trim().split(/\s+/).slice(0, 2).join(" ");
    if (!partsOf(line)) return setWrong("Write one key on one line: its type and the key, as ssh-ed25519 AAAA…");
    if (!isWhole(line)) return setWrong("This is no whole key: copy the line again, to its very end.");
    if (keys.includes(line)) return setWrong("This key is in the list already.");
    onAdd(line);
    setText("");
    setWrong("");
    announce("The key was added. Save to make it so.");
    return undefined;
  };
  return html`<details>
    <summary>Add a key</summary>
    <div class="stack inside">
      <${TextArea}
        label="Host key"
        hint="The line that the server's administrator sends you, or that ssh-keyscan prints without the host's name."
        rows="3"
        class="key-text"
        placeholder="ssh-ed25519 AAAA…"
        value=${text}
        problem=${wrong}
        onInput=${setText}
      />
      <div><${Button} icon="plus" onClick=${add}>Add the key<//></div>
    </div>
  </details>`;
}
