// The pauses of the schedule: a list of first and last days.

import { html, useRef } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button, IconButton } from "../../components/button.js";
import { DayField } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { dayText } from "../../components/time.js";
import { PAUSES } from "./words.js";

// pauses: [{from, to}] with days as 2026-06-30, or empty texts. `problem(path)` returns the message for
// an index in the list.
export function Pauses({ pauses, onInput, problem }) {
  const list = useRef(null);
  const set = (index, changes) =>
    onInput(pauses.map((pause, at) => (at === index ? { ...pause, ...changes } : pause)));
  const add = () => {
    onInput([...pauses, { from: "", to: "" }]);
    requestAnimationFrame(() => list.current.querySelector("li:last-child input").focus());
  };
  const remove = (index) => {
    onInput(pauses.filter((_, at) => at !== index));
    announce(PAUSES.removed);
    list.current.parentElement.querySelector(".add").focus();
  };
  // People choose days from a calendar, so the API's date format does not help them.
  const problemOf = (path, day, missing) => (problem(path) && !day ? missing : problem(path));
  const swap = (index, { from, to }) => {
    set(index, { from: to, to: from });
    list.current.children[index].querySelector("input").focus();
  };
  return html`<${Section}
    title=${PAUSES.title}
    hint=${PAUSES.hint}
  >
    <ul class="pauses" ref=${list}>
      ${pauses.map(
        (pause, index) => html`<li key=${index}>
          <div role="group" aria-label=${nameOf(pause, index)}>
            <${DayField}
              label=${PAUSES.first}
              value=${pause.from}
              problem=${problemOf(`pauses[${index}].from`, pause.from, PAUSES.firstMissing) || problem(`pauses[${index}]`)}
              onInput=${(from) => set(index, { from })}
            />
            <${DayField}
              label=${PAUSES.last}
              value=${pause.to}
              problem=${problemOf(`pauses[${index}].to`, pause.to, PAUSES.lastMissing)}
              onInput=${(to) => set(index, { to })}
            />
            <${IconButton} icon="trash" label=${PAUSES.remove(nameOf(pause, index))} onClick=${() => remove(index)} />
          </div>
          ${pause.to < pause.from && problem(`pauses[${index}]`) && html`<${Button} onClick=${() => swap(index, pause)}>${PAUSES.swap}<//>`}
        </li>`,
      )}
    </ul>
    <div><${Button} class="add" icon="plus" onClick=${add}>${PAUSES.add}<//></div>
  <//>`;
}

function nameOf({ from, to }, index) {
  return from && to ? PAUSES.named(dayText(from), dayText(to)) : PAUSES.unnamed(index + 1);
}
