// The steps of a check: what was tried, the result, the duration, and what to correct.

import { html } from "../../lib/html.js";
import { isUnderWay } from "../../lib/runs.js";
import { Badge } from "../../components/badge.js";
import { Icon } from "../../components/icon.js";
import { Sentence } from "../../components/sentence.js";
import { ChangePassword } from "./change_password.js";
import { isFirstKey } from "./host_key.js";
import { CHANGE, RESULT, STEPS, seconds } from "./words.js";

const ICON = { ok: "check", warning: "warning", failed: "failed", asks: "warning", skipped: "calm" };

const TONE = { warning: "warn", asks: "warn", failed: "bad" };

// The fields that a step is about, which a person may have to correct.
const FIELDS = {
  name: ["host"],
  connection: ["host", "port"],
  host_key: ["host_keys"],
  sign_in: ["username", "private_key"],
  folder: ["folder"],
  write: ["folder"],
  replace: ["write_in_place"],
};

// `changeOf` returns the address where a field can be changed; null for people who may not change it. `onChanged`
// receives the connection with a new password.
export function CheckSteps({ run, connection, changeOf, onChanged }) {
  const done = new Map(run.steps.map((step) => [step.step, step]));
  const current = isUnderWay(run) ? Object.keys(STEPS)[run.steps.length] : null;
  return html`<ol class="check-steps">
    ${Object.entries(STEPS).map(([name, title]) => {
      const found = done.get(name);
      const step = name === "host_key" && isFirstKey(connection, run) ? { ...found, result: "asks" } : found;
      return html`<li key=${name} class=${step?.result ?? (name === current ? "current" : "waiting")}>
        <${Mark} step=${step} current=${name === current} />
        <div>
          <div class="row">
            <strong>${title}</strong>
            ${step?.result in TONE && html`<${Badge} tone=${TONE[step.result]}>${RESULT[step.result]}<//>`}
          </div>
          ${step && step.result !== "skipped" && html`<p><${Sentence} text=${step.message} /></p>`}
          ${changeOf && ["failed", "warning"].includes(step?.result) && html`<${Corrections} step=${step} connection=${connection} changeOf=${changeOf} onChanged=${onChanged} />`}
        </div>
        <span class="check-time">
          ${step && (step.result === "skipped" ? RESULT.skipped : seconds(step.seconds))}
        </span>
      </li>`;
    })}
  </ol>`;
}

function Corrections({ step, connection, changeOf, onChanged }) {
  const { sign_in } = connection;
  const isOfSignIn = step.step === "sign_in";
  const fields = (FIELDS[step.step] ?? []).filter((field) => field !== "private_key" || sign_in?.has_private_key !== false);
  return html`${isOfSignIn && step.result === "failed" && sign_in?.has_password !== false && html`<${ChangePassword} connection=${connection} onChanged=${onChanged} />`}
    ${fields.length > 0 && html`<p class="row">${fields.map((field) => html`<a key=${field} href=${changeOf(field)}>${CHANGE[field]}</a>`)}</p>`}`;
}

function Mark({ step, current }) {
  if (current) return html`<span class="spinner" aria-hidden="true"></span><span class="visually-hidden">${RESULT.current}: </span>`;
  if (!step) return html`<${Icon} name="calm" />`;
  return html`<${Icon} name=${ICON[step.result]} /><span class="visually-hidden">${RESULT[step.result]}: </span>`;
}
