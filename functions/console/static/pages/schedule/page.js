// Schedule: the export on or off, its times, weekdays and pauses.

import { get, pathOf, put } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { useUnsaved } from "../../lib/router.js";
import { announce, toast } from "../../components/announce.js";
import { SaveButton } from "../../components/button.js";
import { Form, Switch, useForm } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { ErrorState, Loading } from "../../components/states.js";
import { dayText } from "../../components/time.js";
import { TimeZoneField } from "../../components/time_zone_field.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { NextRuns, useNextRuns } from "./next_runs.js";
import { Pauses } from "./pauses.js";
import { ReadOnlySchedule } from "./read_only_schedule.js";
import { Times } from "./times.js";
import { Weekdays } from "./weekdays.js";
import { NEXT, PAGE } from "./words.js";

const USUAL_TIME = "21:00";
const AT_FIELDS = /^(times.*|weekdays|time_zone|pauses\[.*)$/;

export default function SchedulePage({ params: { c } }) {
  return html`<${ConnectionPage} c=${c} title=${PAGE.title} tab="/connections/{c}/schedule">
    ${(connection) => html`<${Loaded} connection=${connection} />`}
  <//>`;
}

function Loaded({ connection }) {
  const person = usePerson();
  const c = connection.connection_id;
  const { data: schedule, error, reload } = useData((options) => get(pathOf(c, "schedule"), options), [c]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!schedule) return html`<${Loading} />`;
  if (!person.canConfigure) return html`<${ReadOnlySchedule} schedule=${schedule} />`;
  return html`<${ScheduleForm} c=${c} stored=${schedule} />`;
}

function ScheduleForm({ c, stored }) {
  const [saved, setSaved] = useState(() => draftOf(stored));
  const [draft, setDraft] = useState(saved);
  const change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const dirty = JSON.stringify(draft) !== JSON.stringify(saved);
  useUnsaved(dirty && PAGE.unsaved);
  const next = useNextRuns(c, draft, stored);
  const saving = useForm(async () => {
    const now = draftOf(await put(pathOf(c, "schedule"), draft));
    setSaved(now);
    setDraft((before) => (before === draft ? now : before)); // keeps what was changed meanwhile
    toast(now.enabled ? PAGE.saved : PAGE.savedOff);
  }, draft);
  const skip = (day) => {
    change({ pauses: [...draft.pauses, { from: day, to: day }] });
    announce(NEXT.skipped(dayText(day)));
  };
  const { problem } = saving;

  return html`<div class="schedule">
    <${Form} form=${saving} isShown=${(path) => AT_FIELDS.test(path)}>
      <${Section} title=${PAGE.section}>
        <${Switch}
          label=${PAGE.switch}
          hint=${PAGE.switchHint}
          checked=${draft.enabled}
          onInput=${(enabled) => change({ enabled })}
        />
        <${Times} times=${draft.times} onInput=${(times) => change({ times })} problem=${problem} />
        <${Weekdays} weekdays=${draft.weekdays} problem=${problem("weekdays")} onInput=${(weekdays) => change({ weekdays })} />
        <${TimeZoneField} value=${draft.time_zone} problem=${problem("time_zone")} onInput=${(time_zone) => change({ time_zone })} />
      <//>
      <${Pauses} pauses=${draft.pauses} onInput=${(pauses) => change({ pauses })} problem=${problem} />
      <div class="row">
        <${SaveButton} busy=${saving.busy} type="submit">${PAGE.save}<//>
        <span class="muted" role="status">${dirty ? PAGE.notSaved : ""}</span>
      </div>
    <//>
    <${NextRuns} next=${next} draft=${draft} dirty=${dirty} onSkip=${skip} />
  </div>`;
}

function draftOf({ enabled, times, weekdays, time_zone, pauses }) {
  return { enabled, times: times.length > 0 ? times : [USUAL_TIME], weekdays, time_zone, pauses };
}
