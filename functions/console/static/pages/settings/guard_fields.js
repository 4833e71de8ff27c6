// Guards before sending: what each guard checks in a year's files, and what it does with a finding.

import { html } from "../../lib/html.js";
import { SelectField, TextField } from "../../components/fields.js";
import { GUARDS } from "./words.js";

const options = (...actions) => actions.map((value) => ({ value, label: GUARDS.actions[value] }));
const ACTIONS = options("off", "warn", "hold");

const KINDS = [
  { name: "row_count", numbers: ["percent", "at_least"] },
  { name: "blank_required", numbers: ["percent", "at_least"] },
  { name: "blank_column", numbers: ["percent", "at_least"] },
  { name: "unmatched", numbers: ["count"] },
  { name: "not_collected", numbers: [], actions: options("off", "warn", "hold", "carry_over") },
];

export function GuardFields({ guards, onInput, problem }) {
  const set = (guard, changes) => onInput({ ...guards, [guard]: { ...guards[guard], ...changes } });
  return KINDS.map(({ name, numbers, actions = ACTIONS }) => {
    const guard = guards[name];
    const { label, hint } = GUARDS[name];
    const at = (field) => problem(`guards.${name}.${field}`);
    const isWrong = numbers.some(at); // they are sent even while the guard is off
    return html`<div key=${name} class="guard" role="group" aria-label=${GUARDS.group(label)}>
      <${SelectField}
        label=${label}
        hint=${hint}
        options=${actions}
        value=${guard.action}
        problem=${at("action")}
        onInput=${(action) => set(name, { action })}
      />
      ${(guard.action !== "off" || isWrong) &&
      numbers.length > 0 &&
      html`<div class="columns">
        ${numbers.map(
          (number) => html`<${TextField}
            key=${number}
            label=${GUARDS[name][number]}
            inputmode="numeric"
            value=${guard[number]}
            problem=${at(number)}
            onInput=${(value) => set(name, { [number]: value })}
          />`,
        )}
      </div>`}
    </div>`;
  });
}

// "Warn only", "Require approval: more than 50%", for people who cannot change them.
export function guardsInWords(guards) {
  return KINDS.map(({ name }) => {
    const { action, percent, at_least, count } = guards[name];
    const { label } = GUARDS[name];
    const limits = [
      percent !== undefined && GUARDS.moreThanPercent(percent),
      at_least !== undefined && GUARDS.atLeast(at_least),
      count !== undefined && GUARDS.moreThan(count),
    ].filter(Boolean);
    const word = GUARDS.short[action];
    return { label, text: action === "off" || !limits.length ? word : `${word}: ${limits.join(", ")}` };
  });
}
