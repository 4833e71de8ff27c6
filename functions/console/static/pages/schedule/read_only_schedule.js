// The schedule for people who cannot change it.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { clockText, dayText } from "../../components/time.js";
import { NextRuns } from "./next_runs.js";
import { weekdaysText } from "./weekdays.js";

export function ReadOnlySchedule({ schedule }) {
  const { enabled, times, weekdays, time_zone, pauses, next_runs } = schedule;
  return html`<${Notice}>Somebody with Full Access can change the schedule.<//>
    <div class="schedule">
      <${Section} title="Scheduled export">
        <dl class="pairs">
          <div><dt>Schedule Export: Registrations</dt><dd>${enabled ? "On" : "Off"}</dd></div>
          ${times.length > 0 &&
          html`<div><dt>${times.length === 1 ? "Time of day" : "Times of day"}</dt><dd>${times.map(clockText).join(", ")}</dd></div>
            <div><dt>Weekdays</dt><dd>${weekdaysText(weekdays)}</dd></div>`}
          <div><dt>Time zone</dt><dd>${time_zone}</dd></div>
          <div>
            <dt>Pauses</dt>
            <dd>
              ${pauses.length === 0
                ? "None"
                : html`<ul class="plain">${pauses.map(({ from, to }) => html`<li key=${from}>${dayText(from)} to ${dayText(to)}</li>`)}</ul>`}
            </dd>
          </div>
        </dl>
      <//>
      <${NextRuns} next=${{ runs: next_runs }} draft=${schedule} />
    </div>`;
}
