// The next five runs of a schedule, computed by the API, with what is unusual about a day.

import { pathOf, post, wait } from "../../lib/api.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { Icon } from "../../components/icon.js";
import { Section } from "../../components/section.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { dayText, zonedClockText } from "../../components/time.js";

const TYPING_MS = 250;

// {runs, problem} of the draft, shortly after each change. Incomplete pauses and times are left out.
export function useNextRuns(connection_id, draft, stored) {
  const [next, setNext] = useState({ runs: stored.next_runs, problem: null });
  const body = {
    ...draft,
    times: draft.times.length > 1 ? draft.times.filter((time) => time) : draft.times,
    pauses: draft.pauses.filter((pause) => pause.from && pause.to),
  };
  const text = JSON.stringify(body);
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    wait(TYPING_MS, signal)
      .then(() => post(pathOf(connection_id, "schedule", "preview"), body, { signal }))
      .then(({ next_runs }) => setNext({ runs: next_runs, problem: null }))
      .catch((error) => {
        if (!signal.aborted) setNext({ runs: [], problem: error.problems?.[0]?.message ?? error.message });
      });
    return () => control.abort();
  }, [text]);
  return next;
}

export function NextRuns({ next, draft, dirty }) {
  const { runs, problem } = next;
  return html`<${Section} title="The next five runs" hint=${dirty && draft.enabled ? "As they will be once you have saved." : ""}>
    ${problem && html`<${Notice} tone="warn"><${Sentence} text=${problem} /><//>`}
    ${!problem && !draft.enabled && html`<p class="muted">None: the schedule is off. Export Students works at any time.</p>`}
    ${!problem && draft.enabled && runs.length === 0 && html`<p class="muted">None within two years: the pauses cover them.</p>`}
    ${!problem && draft.enabled && html`<${Runs} runs=${runs} zone=${draft.time_zone} pauses=${draft.pauses} />`}
  <//>`;
}

function Runs({ runs, zone, pauses }) {
  return html`<ol class="next-runs">
    ${runs.map((run, index) => {
      const before = runs.slice(0, index).findLast((one) => one.at);
      return html`<li key=${`${run.day} ${run.time}`} class=${run.at ? "" : "no-run"}>
        <strong>${dayText(run.day)}</strong>
        ${run.at
          ? html`<span><time datetime=${run.at}>${zonedClockText(run.at, zone)}</time> <span class="muted">${offsetOf(run.at)}</span></span>`
          : html`<span>No run</span>`}
        ${flagsOf(run, runs[index - 1], before, pauses).map(
          (flag) => html`<p key=${flag}><${Icon} name=${run.note === flag ? "warning" : "clock"} />${flag}</p>`,
        )}
      </li>`;
    })}
  </ol>`;
}

function flagsOf(run, previous, before, pauses) {
  const pausing = previous && pauses.some(({ from, to }) => previous.day < from && from <= to && to < run.day);
  const changed = run.at && before && offsetOf(run.at) !== offsetOf(before.at);
  return [
    pausing && "After a pause.",
    run.note,
    changed && `The clocks have changed: it is ${offsetOf(run.at)} from here on.`,
  ].filter(Boolean);
}

// "UTC−6", "UTC+5:30"
export function offsetOf(at) {
  const [, sign, hours, minutes] = at.match(/([+-])(\d\d):(\d\d)$/);
  if (hours === "00" && minutes === "00") return "UTC";
  return `UTC${sign === "-" ? "−" : "+"}${Number(hours)}${minutes === "00" ? "" : `:${minutes}`}`;
}
