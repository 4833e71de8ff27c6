// The first step: the name of the connection, its SIS and its district.

import { get, getAll, pathOf } from "../../lib/api.js";
import { changeConnection } from "../../lib/connection_changes.js";
import { useData } from "../../lib/data.js";
import { html, useEffect } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Form, TextField, refusal, useForm } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { AboutFields, ProgramFields } from "../settings/about_fields.js";
import { proposedId } from "./proposed_id.js";
import { ABOUT } from "./words.js";

export const OF_THIS_STEP = /^(connection_id|name|sis|district|time_zone|programs)\b/;

// `problems` are those that the API reported in the next step.
export function AboutStep({ draft, change, fill, stored, saved, go, problems, setProblems }) {
  const { id, halfMade } = useConnectionId(draft, stored);
  const { name, sis, district, time_zone, programs } = draft;
  const reported = problems.filter(({ path }) => OF_THIS_STEP.test(path));
  const form = useForm(
    async (before) => {
      const missing = before ?? missingOf(draft, halfMade);
      setProblems([]);
      if (missing.length) throw refusal(missing);
      if (stored) saved(await changeConnection(id, { name, sis, district, time_zone, programs: programs ?? [] }));
      else fill({ connection_id: id });
      go("server");
    },
    { ...draft, connection_id: id },
  );
  useEffect(() => {
    if (reported.length) form.run(reported);
  }, []);
  const idField = stored
    ? html`<p class="hint">${ABOUT.fixedId} <code>${id}</code></p>`
    : html`<${TextField}
        label=${ABOUT.id}
        hint=${ABOUT.idHint}
        value=${id}
        problem=${form.problem("connection_id")}
        onInput=${(connection_id) => change({ connection_id })}
      />`;
  return html`<${Form} form=${form}>
    <${Section} title=${ABOUT.title}>
      <${AboutFields} draft=${draft} change=${change} problem=${form.problem} idField=${idField} />
      ${halfMade &&
      html`<${Notice} tone="warn" title=${ABOUT.halfMadeTitle}>
        <p>${ABOUT.halfMade(halfMade.name)}</p>
        <p><a href=${href("/new", {}, { connection: halfMade.connection_id })}>${ABOUT.finish}</a></p>
      <//>`}
      <${ProgramFields} programs=${programs} district=${district} onInput=${(chosen) => (programs ? change : fill)({ programs: chosen })} />
    <//>
    <div class="row">
      <${Button} kind="primary" type="submit" busy=${form.busy}>${ABOUT.next}<//>
      <${ButtonLink} href="#/">${ABOUT.cancel}<//>
    </div>
  <//>`;
}

// The id: typed, or proposed from the name. `halfMade` is the connection with this id whose set-up is not finished.
function useConnectionId(draft, stored) {
  const { data: connections } = useData((options) => getAll("connections", options), []);
  const plain = draft.connection_id || proposedId(draft.name);
  const isTaken = !stored && connections?.some((one) => one.connection_id === plain && !one.deletion);
  const { data: holder } = useData(async (options) => (isTaken ? get(pathOf(plain), options) : null), [isTaken && plain]);
  const isHeld = isTaken && holder?.connection_id === plain;
  if (stored) return { id: stored.connection_id, halfMade: null };
  if (isHeld && !holder.setup.live) return { id: plain, halfMade: holder };
  if (draft.connection_id || (isTaken && !isHeld)) return { id: plain, halfMade: null };
  return { id: proposedId(draft.name, connections?.map((one) => one.connection_id) ?? []), halfMade: null };
}

// What the API would report only at the end of the next step.
function missingOf({ name, district, time_zone }, halfMade) {
  return [
    !name.trim() && { path: "name", message: ABOUT.noName },
    halfMade && { path: "connection_id", message: ABOUT.idOfHalfMade(halfMade.name) },
    !district && { path: "district", message: ABOUT.noDistrict },
    !time_zone && { path: "time_zone", message: ABOUT.noTimeZone },
  ].filter(Boolean);
}
