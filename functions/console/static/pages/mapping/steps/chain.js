// A chain of transformations, applied in order; each step can be moved, changed and removed.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { IconButton } from "../../../components/button.js";
import { Menu } from "../../../components/menu.js";
import { Sentence } from "../../../components/sentence.js";
import { codesAsPairs, moved, withChanges } from "../draft.js";
import { problemsWithin } from "../editor.js";
import { CodeTable } from "../fields/code_table.js";
import { CODE_TABLE_KEYS, transformationOf } from "../labels.js";
import { DATE_TOKENS, TESTS, TRANSFORMATIONS } from "../vocabulary.js";
import { Parameters } from "./parameters.js";
import { Question } from "./question.js";
import { FIND_KEYS, SubstituteFind } from "./substitute_find.js";

const OF_QUESTION = [...TESTS, "delimiter", "ignore_case", "field"];

export function Chain({ steps, onInput, problems, sources, source, each }) {
  const root = useRef(null);
  const focus = (index, part) =>
    afterDrawing(() => {
      const step = root.current.querySelectorAll(".step")[index];
      (step?.querySelector(part) ?? root.current.querySelector(".add-step button")).focus();
    });
  const set = (index, changes) =>
    onInput(steps.map((step, at) => (at === index ? withChanges(step, changes) : step)));
  const add = ({ title, start }) => {
    onInput([...steps, codesAsPairs(start)]);
    announce(`${title} was added as step ${steps.length + 1}.`);
    focus(steps.length, ".parameters :is(input, select, textarea), .step-buttons button");
  };
  const move = (index, by) => {
    onInput(moved(steps, steps[index], by));
    announce(`Moved to step ${index + by + 1} of ${steps.length}.`);
    focus(index + by, by < 0 ? ".move-up" : ".move-down");
  };
  const remove = (index) => {
    onInput(steps.filter((_, at) => at !== index));
    announce(`Step ${index + 1} was removed.`);
    focus(Math.min(index, steps.length - 2), ".step-buttons button");
  };
  const ofAll = problems.filter((one) => one.at === "transformations");
  return html`<div class="chain" ref=${root}>
    <ol class="plain">
      ${steps.map(
        (step, index) => html`<${Step}
          key=${`${index} ${step.type}`}
          step=${step}
          index=${index}
          last=${index === steps.length - 1}
          change=${(changes) => set(index, changes)}
          move=${(by) => move(index, by)}
          remove=${() => remove(index)}
          problems=${problemsWithin(problems, `transformations[${index}]`)}
          sources=${sources}
          source=${index === 0 ? source : ""}
          each=${each}
        />`,
      )}
    </ol>
    ${ofAll.map((one) => html`<p key=${one.message} class="problem"><${Sentence} text=${one.message} /></p>`)}
    <div class="add-step">
      <${Menu}
        label="Add a transformation"
        text="Add a transformation"
        icon="plus"
        items=${TRANSFORMATIONS.map((one) => ({ label: one.title, onSelect: () => add(one) }))}
      />
    </div>
  </div>`;
}

function Step({ step, index, last, change, move, remove, problems, sources, source, each }) {
  const known = transformationOf(step.type);
  const name = `Step ${index + 1}: ${known.title}`;
  const apart = known.asks ? OF_QUESTION : finds(step) ? FIND_KEYS : [];
  const others = known.parameters.filter(({ key }) => ![...CODE_TABLE_KEYS, ...apart].includes(key));
  const whole = problems.filter((one) => one.at === "");
  return html`<li class="step">
    <div role="group" aria-label=${name}>
      <div class="step-head">
        <h3>${index + 1}. ${known.title}</h3>
        <div class="step-buttons">
          <${IconButton} class="move-up" label=${`Move ${name} up`} icon="up" disabled=${index === 0} onClick=${() => move(-1)} />
          <${IconButton} class="move-down" label=${`Move ${name} down`} icon="down" disabled=${last} onClick=${() => move(1)} />
          <${IconButton} label=${`Remove ${name}`} icon="trash" onClick=${remove} />
        </div>
      </div>
      <p class="hint">${known.summary} ${known.examples[0] && !known.asks && html`<span class="example">Such as <code>${known.examples[0][0]}</code> → <code>${known.examples[0][1]}</code></span>`}</p>
      ${known.asks && html`<${Question} values=${step} change=${change} problems=${problems} sources=${sources} fieldOptional />`}
      ${step.codes && html`<${CodeTable} codes=${step.codes} onInput=${(codes) => change({ codes })} source=${source} each=${each} delimiter=${step.delimiter} problems=${problemsWithin(problems, "codes")} />`}
      ${others.length > 0 &&
      html`<${Parameters} parameters=${others} values=${step} change=${change} problems=${problems} sources=${sources}>
        ${finds(step) && html`<${SubstituteFind} values=${step} change=${change} problems=${problems} />`}
      <//>`}
      ${["date", "today"].includes(step.type) && html`<${DateHelp} />`}
      ${!known.asks && whole.map((one) => html`<p key=${one.message} class="problem"><${Sentence} text=${one.message} /></p>`)}
    </div>
  </li>`;
}

const finds = ({ type }) => type === "substitute";

function DateHelp() {
  return html`<details class="date-help">
    <summary>What a format is made of</summary>
    <dl>${DATE_TOKENS.map(([token, meaning]) => html`<div key=${token}><dt><code>${token}</code></dt><dd>${meaning}</dd></div>`)}</dl>
  </details>`;
}
