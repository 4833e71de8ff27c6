// The pauses of the schedule: a list of first and last days.

import { html, useRef } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button, IconButton } from "../../components/button.js";
import { TextField } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { dayText } from "../../components/time.js";

// pauses: [{from, to}] with days as 2026-06-30, or empty texts. `problem(path)` returns the message for
// an index in the list; `onMoved` is called when indexes change.
export function Pauses({ pauses, onInput, onMoved, problem }) {
  const list = useRef(null);
  const set = (index, changes) =>
    onInput(pauses.map((pause, at) => (at === index ? { ...pause, ...changes } : pause)));
  const add = () => {
    onInput([...pauses, { from: "", to: "" }]);
    requestAnimationFrame(() => list.current.querySelector("li:last-child input").focus());
  };
  const remove = (index) => {
    onInput(pauses.filter((_, at) => at !== index));
    onMoved();
    announce("The pause was taken out. Save to make it so.");
    list.current.parentElement.querySelector(".add").focus();
  };
  // People choose days from a calendar, so the API's date format does not help them.
  const problemOf = (path, day, which) => (problem(path) && !day ? `Choose the ${which} day.` : problem(path));
  return html`<${Section}
    title="Pauses"
    hint="Days without a scheduled export, such as those of the rollover to the next school year. What is due waits."
  >
    <ul class="pauses" ref=${list}>
      ${pauses.map(
        (pause, index) => html`<li key=${index}>
          <div role="group" aria-label=${nameOf(pause, index)}>
            <${TextField}
              type="date"
              label="First day"
              value=${pause.from}
              problem=${problemOf(`pauses[${index}].from`, pause.from, "first") || problem(`pauses[${index}]`)}
              onInput=${(from) => set(index, { from })}
            />
            <${TextField}
              type="date"
              label="Last day"
              value=${pause.to}
              problem=${problemOf(`pauses[${index}].to`, pause.to, "last")}
              onInput=${(to) => set(index, { to })}
            />
            <${IconButton} icon="trash" label=${`Remove ${nameOf(pause, index)}`} onClick=${() => remove(index)} />
          </div>
        </li>`,
      )}
    </ul>
    <div><${Button} class="add" icon="plus" onClick=${add}>Add a pause<//></div>
  <//>`;
}

function nameOf({ from, to }, index) {
  return from && to ? `the pause from ${dayText(from)} to ${dayText(to)}` : `pause ${index + 1}`;
}
