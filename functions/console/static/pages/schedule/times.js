// The times of day of the schedule: a list of up to six.

import { html, useRef } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button, IconButton } from "../../components/button.js";
import { TextField } from "../../components/fields.js";
import { TIMES } from "./words.js";

const MOST = 6;

// times: ["21:00"], with an empty text for one that is not chosen yet. `problem(path)` returns the message
// for an index in the list.
export function Times({ times, onInput, problem }) {
  const list = useRef(null);
  const focus = (selector) => requestAnimationFrame(() => list.current.querySelector(selector)?.focus());
  const add = () => {
    onInput([...times, ""]);
    focus("li:last-child input");
  };
  const remove = (index) => {
    onInput(times.filter((_, at) => at !== index));
    announce(TIMES.removed);
    focus("li:last-child input");
  };
  // People choose times from a clock, so the API's format does not help them.
  const problemOf = (time, index) => (problem(`times[${index}]`) && !time ? TIMES.missing : problem(`times[${index}]`));
  return html`<div class="times">
    <ul ref=${list}>
      ${times.map(
        (time, index) => html`<li key=${index}>
          <${TextField}
            type="time"
            label=${index === 0 ? TIMES.label : TIMES.further(index + 1)}
            value=${time}
            problem=${problemOf(time, index) || (index === times.length - 1 && problem("times"))}
            onInput=${(text) => onInput(times.map((one, at) => (at === index ? text : one)))}
          />
          ${times.length > 1 && html`<${IconButton} icon="trash" label=${TIMES.remove(index + 1)} onClick=${() => remove(index)} />`}
        </li>`,
      )}
    </ul>
    ${times.length < MOST && html`<div><${Button} icon="plus" onClick=${add}>${TIMES.add}<//></div>`}
  </div>`;
}
