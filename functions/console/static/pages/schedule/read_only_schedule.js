// The schedule for people who cannot change it.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { clockText, dayText } from "../../components/time.js";
import { NextRuns } from "./next_runs.js";
import { weekdaysText } from "./weekdays.js";
import { DAYS, PAGE, PAUSES, READ_ONLY, TIMES } from "./words.js";

export function ReadOnlySchedule({ schedule }) {
  const { enabled, times, weekdays, time_zone, pauses, next_runs } = schedule;
  return html`<${Notice}>${READ_ONLY.why}<//>
    <div class="schedule">
      <${Section} title=${PAGE.section}>
        <dl class="pairs">
          <div><dt>${PAGE.switch}</dt><dd>${enabled ? READ_ONLY.on : READ_ONLY.off}</dd></div>
          ${times.length > 0 &&
          html`<div><dt>${times.length === 1 ? TIMES.label : TIMES.labels}</dt><dd>${times.map(clockText).join(", ")}</dd></div>
            <div><dt>${DAYS.label}</dt><dd>${weekdaysText(weekdays)}</dd></div>`}
          <div><dt>${READ_ONLY.timeZone}</dt><dd>${time_zone}</dd></div>
          <div>
            <dt>${PAUSES.title}</dt>
            <dd>
              ${pauses.length === 0
                ? READ_ONLY.none
                : html`<ul class="plain">${pauses.map(({ from, to }) => html`<li key=${from}>${READ_ONLY.pause(dayText(from), dayText(to))}</li>`)}</ul>`}
            </dd>
          </div>
        </dl>
      <//>
      <${NextRuns} next=${{ runs: next_runs }} draft=${schedule} />
    </div>`;
}
