// The next five runs of a schedule, computed by the API, with what is unusual about a day.

import { pathOf, post, wait } from "../../lib/api.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { Section } from "../../components/section.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { dayText, zonedClockText } from "../../components/time.js";
import { NEXT } from "./words.js";

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

// `onSkip` receives the day of the next run; without it the schedule cannot be changed.
export function NextRuns({ next, draft, dirty, onSkip }) {
  const { runs, problem } = next;
  const first = !problem && draft.enabled && runs.find((run) => run.at);
  return html`<${Section} title=${NEXT.title} hint=${dirty && draft.enabled ? NEXT.unsaved : ""}>
    ${problem && html`<${Notice} tone="warn"><${Sentence} text=${problem} /><//>`}
    ${!problem && !draft.enabled && html`<p class="muted">${NEXT.off}</p>`}
    ${!problem && draft.enabled && runs.length === 0 && html`<p class="muted">${NEXT.onlyPauses}</p>`}
    ${!problem && draft.enabled && html`<${Runs} runs=${runs} zone=${draft.time_zone} pauses=${draft.pauses} />`}
    ${onSkip && first && html`<div><${Button} onClick=${() => onSkip(first.day)}>${NEXT.skip(dayText(first.day))}<//></div>`}
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
          : html`<span>${NEXT.none}</span>`}
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
    pausing && NEXT.afterPause,
    run.note,
    changed && NEXT.clockChange(offsetOf(run.at)),
  ].filter(Boolean);
}

// "UTC−6", "UTC+5:30"
export function offsetOf(at) {
  const [, sign, hours, minutes] = at.match(/([+-])(\d\d):(\d\d)$/);
  if (hours === "00" && minutes === "00") return "UTC";
  return `UTC${sign === "-" ? "−" : "+"}${Number(hours)}${minutes === "00" ? "" : `:${minutes}`}`;
}
