// Further fields that a step reads, in their order.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { Button, IconButton } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { problemAt } from "../editor.js";

export function PathList({ label, problems, value, onInput, sources }) {
  const root = useRef(null);
  const paths = value.length ? value : [""];
  const set = (place, path) => onInput(paths.map((one, at) => (at === place ? path : one)));
  const focus = (place) =>
    afterDrawing(() => root.current.querySelectorAll("input")[place]?.focus());
  const add = () => {
    onInput([...paths, ""]);
    focus(paths.length);
  };
  const remove = (place) => {
    onInput(paths.filter((_, at) => at !== place));
    focus(Math.max(0, place - 1));
  };
  const of_all = problems.find((one) => one.at === "")?.message;
  const problemOf = (place) => problemAt(problems, `[${place}]`) || (place === 0 ? of_all : "");
  return html`<div class="path-list" role="group" aria-label=${label} ref=${root}>
    ${paths.map(
      (path, place) => html`<div key=${place}>
        <${Combobox}
          label=${`Further field ${place + 1}`}
          options=${sources}
          value=${path}
          onInput=${(now) => set(place, now)}
          problem=${problemOf(place)}
        />
        ${paths.length > 1 && html`<${IconButton} label=${`Remove further field ${place + 1}`} icon="close" onClick=${() => remove(place)} />`}
      </div>`,
    )}
    <${Button} kind="quiet" icon="plus" onClick=${add}>Add a further field<//>
  </div>`;
}
