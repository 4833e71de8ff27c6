// A run that a dialog requested: its progress and its result.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { phaseOf } from "../../lib/runs.js";
import { RunBadge } from "../../components/badge.js";
import { ButtonLink } from "../../components/button.js";
import { Sentence } from "../../components/sentence.js";
import { Notice, Progress } from "../../components/states.js";
import { Reasons } from "../../shared/reasons.js";
import { RunFiles } from "../../shared/run_files.js";
import { sentenceOf } from "../../shared/run_sentence.js";
import { REQUESTED } from "./words.js";

// `requested` is the result of useRequestedRun.
export function RequestedRun({ c, requested: { run, busy } }) {
  if (!run) return null;
  if (busy)
    return html`<${Progress} label=${phaseOf(run)} />
      <p class="hint">${REQUESTED.mayClose}</p>`;
  if (!run.finished_at) return null; // its end could not be read, and the dialog shows the error
  const errors = [run.error, ...run.years.map((year) => year.error)].filter(Boolean);
  return html`<p class="run-state"><${RunBadge} run=${run} /> <span><${Sentence} text=${sentenceOf(run)} /></span></p>
    ${errors
      .filter((error) => error.message !== run.message)
      .map((error) => html`<${Notice} key=${error.message} tone="bad"><p><${Sentence} text=${error.message} /></p><//>`)}
    ${run.years.map(
      (year) => html`<div key=${year.school_year}>
        ${year.held.length > 0 && html`<${Reasons} c=${c} reasons=${year.held} />`}
        <${RunFiles} c=${c} run=${run} year=${year} />
      </div>`,
    )}`;
}

export function RunButton({ c, requested: { run, busy } }) {
  const to = href("/connections/{c}/runs/{run}", { c, run: run.run_id });
  return !busy && html`<${ButtonLink} kind="primary" href=${to}>${REQUESTED.open}<//>`;
}
