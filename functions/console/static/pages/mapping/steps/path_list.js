// The other fields that a step reads, in order.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { Button, IconButton } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { problemAt } from "../editor.js";
import { PARAMETERS } from "./words.js";

export function PathList({ label, problems, value, onInput, sources }) {
  const root = useRef(null);
  const paths = value.length ? value : [""];
  const set = (index, path) => onInput(paths.map((one, at) => (at === index ? path : one)));
  const focus = (index) =>
    afterDrawing(() => root.current.querySelectorAll("input")[index]?.focus());
  const add = () => {
    onInput([...paths, ""]);
    focus(paths.length);
  };
  const remove = (index) => {
    onInput(paths.filter((_, at) => at !== index));
    focus(Math.max(0, index - 1));
  };
  const ofAll = problems.find((one) => one.at === "")?.message;
  const problemOf = (index) => problemAt(problems, `[${index}]`) || (index === 0 ? ofAll : "");
  return html`<div class="path-list" role="group" aria-label=${label} ref=${root}>
    ${paths.map(
      (path, index) => html`<div key=${index}>
        <${Combobox}
          label=${PARAMETERS.field(index + 1)}
          options=${sources}
          value=${path}
          onInput=${(now) => set(index, now)}
          problem=${problemOf(index)}
        />
        ${paths.length > 1 && html`<${IconButton} label=${PARAMETERS.removeField(index + 1)} icon="close" onClick=${() => remove(index)} />`}
      </div>`,
    )}
    <${Button} kind="quiet" icon="plus" onClick=${add}>${PARAMETERS.addField}<//>
  </div>`;
}
