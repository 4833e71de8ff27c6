// The pinned host keys of a connection: several while the server changes its key.

import { html, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { TextArea } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { HostKeyFacts, isWhole, partsOf } from "../../shared/host_keys.js";
import { HOST_KEYS } from "./words.js";

// `problem(path)` returns the message for an index in the list.
export function HostKeyList({ connection_id, keys, onInput, problem }) {
  const list = useRef(null);
  const check = href("/connections/{c}/check", { c: connection_id });
  const remove = (line) => {
    onInput(keys.filter((key) => key !== line));
    announce(HOST_KEYS.removed);
    list.current.focus();
  };
  return html`<div ref=${list} tabindex="-1" class="stack">
    ${keys.length === 0 && html`<p>${HOST_KEYS.noneYet} <a href=${check}>${HOST_KEYS.test}</a>${HOST_KEYS.toSee}</p>`}
    <ul class="host-keys plain" data-field="host_keys">
      ${keys.map(
        (line, index) => html`<li key=${line} class="apart">
          <${HostKeyFacts} line=${line} />
          <${Button} icon="trash" aria-label=${HOST_KEYS.removeOf(index + 1)} onClick=${() => remove(line)}>${HOST_KEYS.remove}<//>
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
  const type = (now) => {
    setText(now);
    setWrong("");
  };
  const add = () => {
    const line = text.trim().split(/\s+/).slice(0, 2).join(" ");
    if (!partsOf(line)) return setWrong(HOST_KEYS.oneLine);
    if (!isWhole(line)) return setWrong(HOST_KEYS.notWhole);
    if (keys.includes(line)) return setWrong(HOST_KEYS.already);
    onAdd(line);
    setText("");
    setWrong("");
    announce(HOST_KEYS.added);
    return undefined;
  };
  return html`<details>
    <summary>${HOST_KEYS.addTitle}</summary>
    <div class="stack inside">
      <${TextArea}
        label=${HOST_KEYS.label}
        hint=${HOST_KEYS.labelHint}
        rows="3"
        class="key-text"
        placeholder="ssh-ed25519 AAAA…"
        value=${text}
        problem=${wrong}
        onInput=${type}
      />
      <div><${Button} icon="plus" onClick=${add}>${HOST_KEYS.add}<//></div>
    </div>
  </details>`;
}
