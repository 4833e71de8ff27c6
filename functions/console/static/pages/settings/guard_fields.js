// Guards before sending: what each guard checks in a year's files, and what it does with a finding.

import { html } from "../../lib/html.js";
import { SelectField, TextField } from "../../components/fields.js";

const ACTIONS = [
  { value: "off", label: "Off" },
  { value: "warn", label: "Warn: send, and say so in the run" },
  { value: "hold", label: "Hold: send nothing until somebody confirms" },
];

const CARRY_OVER = { value: "carry_over", label: "Carry over: send its students again, in the new file" };

const GUARDS = [
  {
    name: "row_count",
    label: "Unusually many or few rows",
    hint: "Compared with the middle one of the last five exports of that year.",
    numbers: [
      { name: "percent", label: "Differs by more than, in percent" },
      { name: "at_least", label: "and by at least so many rows" },
    ],
  },
  {
    name: "blank_required",
    label: "A required column that is blank",
    hint: "The students in question are held back in any case; this looks at how many they are.",
    numbers: [
      { name: "percent", label: "For more than, in percent of the students" },
      { name: "at_least", label: "and for at least so many students" },
    ],
  },
  {
    name: "blank_column",
    label: "A column that is blank now, though it usually has values",
    hint: "Compared with the last export of at least ten rows.",
    numbers: [
      { name: "percent", label: "In more than, in percent of the rows" },
      { name: "at_least", label: "and in at least so many rows" },
    ],
  },
  {
    name: "unmatched",
    label: "Values without a match code",
    hint: "In one field of one file.",
    numbers: [{ name: "count", label: "More than so many values" }],
  },
  {
    name: "not_collected",
    label: "The last file was not collected",
    hint: "The importer removes what it takes, and our last file still lies there: the new one would take its place. Carry over needs no such importer: it sends the last file's students again unless that file is gone.",
    numbers: [],
    actions: [...ACTIONS, CARRY_OVER],
  },
];

export function GuardFields({ guards, onInput, problem }) {
  const set = (guard, changes) => onInput({ ...guards, [guard]: { ...guards[guard], ...changes } });
  return GUARDS.map(({ name, label, hint, numbers, actions = ACTIONS }) => {
    const guard = guards[name];
    const at = (field) => problem(`guards.${name}.${field}`);
    const isWrong = numbers.some((number) => at(number.name)); // they are sent even while the guard is off
    return html`<div key=${name} class="guard" role="group" aria-label=${`Guard: ${label}`}>
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
            key=${number.name}
            label=${number.label}
            inputmode="numeric"
            value=${guard[number.name]}
            problem=${at(number.name)}
            onInput=${(value) => set(name, { [number.name]: value })}
          />`,
        )}
      </div>`}
    </div>`;
  });
}

// "Warn", "Hold: more than 50%", for people who cannot change them.
export function guardsInWords(guards) {
  return GUARDS.map(({ name, label }) => {
    const { action, percent, at_least, count } = guards[name];
    const limits = [
      percent !== undefined && `more than ${percent}%`,
      at_least !== undefined && `at least ${at_least}`,
      count !== undefined && `more than ${count}`,
    ].filter(Boolean);
    const word = { off: "Off", warn: "Warn", hold: "Hold", carry_over: "Carry over" }[action];
    return { label, text: action === "off" || !limits.length ? word : `${word}: ${limits.join(", ")}` };
  });
}
