// A chain of transformations, applied in order; each step can be moved, changed and removed.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { IconButton } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { Sentence } from "../../../components/sentence.js";
import { codesAsPairs, moved, withChanges } from "../draft.js";
import { problemsWithin } from "../editor.js";
import { CodeTable } from "../fields/code_table.js";
import { CODE_TABLE_KEYS, transformationOf } from "../labels.js";
import { DATE_TOKENS, TESTS, TRANSFORMATIONS } from "../vocabulary.js";
import { Parameters } from "./parameters.js";
import { Question } from "./question.js";
import { FIND_KEYS, SubstituteFind } from "./substitute_find.js";
import { hasShortYear } from "./usual_formats.js";
import { FORMATS, STEPS } from "./words.js";

const LAST_YEAR_OF_THIS_CENTURY = 30;
const OF_QUESTION = [...TESTS, "delimiter", "ignore_case", "field"];

export function Chain({ steps, onInput, problems, sources, source, each }) {
  const root = useRef(null);
  const focus = (index, ...parts) =>
    afterDrawing(() => {
      const step = root.current.querySelectorAll(".step")[index];
      (parts.map((part) => step?.querySelector(part)).find(Boolean) ?? root.current.querySelector(".add-step input")).focus();
    });
  const set = (index, changes) =>
    onInput(steps.map((step, at) => (at === index ? withCentury(withChanges(step, changes)) : step)));
  const add = ({ title, start }) => {
    onInput([...steps, codesAsPairs(start)]);
    announce(STEPS.added(title, steps.length + 1));
    focus(steps.length, ".step :is(.parameters, .question, .code-table) :is(input, select, textarea)", ".step-buttons button:not([aria-disabled])");
  };
  const move = (index, by) => {
    onInput(moved(steps, steps[index], by));
    announce(STEPS.moved(index + by + 1, steps.length));
    focus(index + by, by < 0 ? ".move-up" : ".move-down");
  };
  const remove = (index) => {
    onInput(steps.filter((_, at) => at !== index));
    announce(STEPS.removed(index + 1));
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
      <${Combobox}
        key=${steps.length}
        label=${STEPS.add}
        placeholder=${STEPS.addHint}
        options=${PICKS}
        value=""
        free=${false}
        onInput=${() => {}}
        onChoose=${(option) => add(transformationOf(option.type))}
      />
    </div>
  </div>`;
}

function Step({ step, index, last, change, move, remove, problems, sources, source, each }) {
  const known = transformationOf(step.type);
  const name = STEPS.name(index + 1, known.title);
  const apart = known.asks ? OF_QUESTION : finds(step) ? FIND_KEYS : [];
  const others = known.parameters.filter(({ key }) => ![...CODE_TABLE_KEYS, ...apart].includes(key) && !(key === "pivot" && !hasShortYear(step.from)));
  const whole = problems.filter((one) => one.at === "");
  return html`<li class="step">
    <div role="group" aria-label=${name}>
      <div class="step-head">
        <h3>${index + 1}. ${known.title}</h3>
        <div class="step-buttons">
          <${IconButton} class="move-up" label=${STEPS.up(name)} icon="up" disabled=${index === 0} onClick=${() => move(-1)} />
          <${IconButton} class="move-down" label=${STEPS.down(name)} icon="down" disabled=${last} onClick=${() => move(1)} />
          <${IconButton} label=${STEPS.remove(name)} icon="trash" onClick=${remove} />
        </div>
      </div>
      <p class="hint">${known.summary} ${known.examples[0] && !known.asks && html`<span class="example">${STEPS.example} <code>${known.examples[0][0]}</code> → <code>${known.examples[0][1]}</code></span>`}</p>
      ${known.asks && html`<${Question} values=${step} change=${change} problems=${problems} sources=${sources} fieldOptional />`}
      ${step.codes && html`<${CodeTable} codes=${step.codes} onInput=${(codes) => change({ codes })} source=${source} each=${each} delimiter=${step.delimiter} problems=${problemsWithin(problems, "codes")} />`}
      ${others.length > 0 &&
      html`<${Parameters} parameters=${others} values=${step} change=${change} problems=${problems} sources=${sources} source=${source}>
        ${finds(step) && html`<${SubstituteFind} values=${step} change=${change} problems=${problems} />`}
      <//>`}
      ${["date", "today"].includes(step.type) && html`<${DateHelp} />`}
      ${!known.asks && whole.map((one) => html`<p key=${one.message} class="problem"><${Sentence} text=${one.message} /></p>`)}
    </div>
  </li>`;
}

const PICKS = TRANSFORMATIONS.map(({ type, title, summary, examples: [example] }) => ({
  type,
  value: title,
  hint: [summary, example && STEPS.exampleInWords(...example)].filter(Boolean).join(" "),
}));

// A two-digit year needs a century, which the person can change.
function withCentury(step) {
  if (step.type !== "date") return step;
  const isShort = hasShortYear(step.from);
  if (isShort && step.pivot === undefined) return { ...step, pivot: LAST_YEAR_OF_THIS_CENTURY };
  return isShort ? step : withChanges(step, { pivot: undefined });
}

const finds = ({ type }) => type === "substitute";

function DateHelp() {
  return html`<details class="date-help">
    <summary>${FORMATS.tokens}</summary>
    <dl>${DATE_TOKENS.map(([token, meaning]) => html`<div key=${token}><dt><code>${token}</code></dt><dd>${meaning}</dd></div>`)}</dl>
  </details>`;
}
