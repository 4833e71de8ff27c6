// Conditions: those that a row must meet to be in a file, and lists of them anywhere.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Button, IconButton } from "../../../components/button.js";
import { Sentence } from "../../../components/sentence.js";
import { withChanges } from "../draft.js";
import { problemsWithin } from "../editor.js";
import { useSources } from "../fields/known_fields.js";
import { SETTINGS } from "../labels.js";
import { Question } from "../steps/question.js";
import { CONDITIONS } from "./words.js";

export function Conditions({ where, rows, change, problems }) {
  return html`<${ConditionList}
    label=${SETTINGS.where}
    none=${CONDITIONS.none}
    where=${where}
    set=${(list) => change({ where: list.length ? list : undefined })}
    sources=${useSources(rows)}
    problems=${problems}
  />`;
}

// `none` is the text of an empty list; `sources` are the options for a field.
export function ConditionList({ label, none, where, set, sources, problems }) {
  const root = useRef(null);
  const focus = (selector) =>
    afterDrawing(() => root.current.querySelector(selector)?.focus());
  const add = () => {
    set([...where, { field: "", equals: "" }]);
    focus("li:last-child input");
  };
  const remove = (index) => {
    set(where.filter((_, at) => at !== index));
    announce(CONDITIONS.removed(index + 1));
    focus(".add-condition");
  };
  const edit = (index, changes) => set(where.map((one, at) => (at === index ? withChanges(one, changes) : one)));
  return html`<div class="conditions" role="group" aria-label=${label} ref=${root}>
    <h3>${label}</h3>
    ${problems.filter((one) => one.at === "").map((one) => html`<p key=${one.message} class="problem"><${Sentence} text=${one.message} /></p>`)}
    ${where.length === 0 && html`<p class="muted">${none}</p>`}
    ${where.length > 0 &&
    html`<ol class="plain">
      ${where.map(
        (one, index) => html`<li key=${index} class="condition">
          <${Question} values=${one} change=${(changes) => edit(index, changes)} problems=${problemsWithin(problems, `[${index}]`)} sources=${sources} />
          <${IconButton} label=${CONDITIONS.remove(index + 1)} icon="trash" onClick=${() => remove(index)} />
        </li>`,
      )}
    </ol>`}
    <${Button} class="add-condition" kind="quiet" icon="plus" onClick=${add}>${CONDITIONS.add}<//>
  </div>`;
}
