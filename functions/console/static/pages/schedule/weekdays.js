// The weekdays of the schedule.

import { html, useId } from "../../lib/html.js";
import { Checkbox } from "../../components/fields.js";
import { DAYS } from "./words.js";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const label = (day) => day[0].toUpperCase() + day.slice(1);

export function Weekdays({ weekdays, problem, onInput }) {
  const id = useId();
  const set = (day, on) => onInput(WEEKDAYS.filter((one) => (one === day ? on : weekdays.includes(one))));
  return html`<fieldset class="field weekdays ${problem ? "wrong" : ""}" aria-describedby=${problem ? id : undefined}>
    <legend>${DAYS.label}</legend>
    ${WEEKDAYS.map(
      (day, index) => html`<${Checkbox}
        key=${day}
        label=${label(day)}
        checked=${weekdays.includes(day)}
        aria-invalid=${problem && index === 0 ? "true" : undefined}
        onInput=${(on) => set(day, on)}
      />`,
    )}
    ${problem && html`<p class="problem" id=${id}>${DAYS.missing}</p>`}
  </fieldset>`;
}

// DAYS.everyDay, or "Monday, Tuesday".
export function weekdaysText(weekdays) {
  return weekdays.length === WEEKDAYS.length ? DAYS.everyDay : weekdays.map(label).join(", ");
}
