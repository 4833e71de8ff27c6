// The steps of a check: what was tried, the result, the duration, and what to correct.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { isUnderWay } from "../../lib/runs.js";
import { Badge } from "../../components/badge.js";
import { Icon } from "../../components/icon.js";
import { Sentence } from "../../components/sentence.js";
import { isFirstKey } from "./host_key.js";

const STEPS = {
  name: "Look up the server's name",
  connection: "Reach the server",
  algorithms: "Agree on an encryption",
  host_key: "Recognise the server by its host key",
  sign_in: "Sign in",
  folder: "Find the folder",
  write: "Write a small file",
  replace: "Put it in the place of an older one",
  delete: "Remove it again",
};

const RESULT = {
  ok: { icon: "check", word: "Passed" },
  warning: { icon: "warning", word: "Weak" },
  failed: { icon: "failed", word: "Failed" },
  asks: { icon: "warning", word: "To be confirmed" },
  skipped: { icon: "calm", word: "Not tried" },
};

const TONE = { warning: "warn", asks: "warn", failed: "bad" };

const CORRECTED_IN_SETTINGS = new Set(["name", "connection", "sign_in", "folder"]);

// `linkSettings`: whether a failed step links to the settings.
export function CheckSteps({ run, connection, linkSettings }) {
  const done = new Map(run.steps.map((step) => [step.step, step]));
  const current = isUnderWay(run) ? Object.keys(STEPS)[run.steps.length] : null;
  return html`<ol class="check-steps">
    ${Object.entries(STEPS).map(([name, title]) => {
      const found = done.get(name);
      const step = name === "host_key" && isFirstKey(connection, run) ? { ...found, result: "asks" } : found;
      const settings = linkSettings && step?.result === "failed" && CORRECTED_IN_SETTINGS.has(name) && settingsOf(connection);
      return html`<li key=${name} class=${step?.result ?? (name === current ? "current" : "waiting")}>
        <${Mark} step=${step} current=${name === current} />
        <div>
          <div class="row">
            <strong>${title}</strong>
            ${step?.result in TONE && html`<${Badge} tone=${TONE[step.result]}>${RESULT[step.result].word}<//>`}
          </div>
          ${step && step.result !== "skipped" && html`<p><${Sentence} text=${step.message} /></p>`}
          ${settings && html`<p><a href=${settings}>Change the settings</a></p>`}
        </div>
        <span class="check-time">
          ${step && (step.result === "skipped" ? "Not tried" : `${step.seconds.toFixed(2)} s`)}
        </span>
      </li>`;
    })}
  </ol>`;
}

function Mark({ step, current }) {
  if (current) return html`<span class="spinner" aria-hidden="true"></span><span class="visually-hidden">Being tried: </span>`;
  if (!step) return html`<${Icon} name="calm" />`;
  const { icon, word } = RESULT[step.result];
  return html`<${Icon} name=${icon} /><span class="visually-hidden">${word}: </span>`;
}

function settingsOf(connection) {
  return href("/connections/{c}/settings", { c: connection.connection_id });
}
