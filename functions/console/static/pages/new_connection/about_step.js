// The first step: the name of the connection, its SIS and its district.

import { getAll } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useRef, useState } from "../../lib/html.js";
import { Button, ButtonLink } from "../../components/button.js";
import { TextField, useFocusOnProblem } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { AboutFields, ProgramFields } from "../settings/about_fields.js";
import { proposedId } from "./proposed_id.js";

export const OF_THIS_STEP = /^(connection_id|name|sis|district|time_zone|programs)\b/;

export function AboutStep({ draft, change, fill, stored, go, problem, setProblems }) {
  const form = useRef(null);
  const [refused, setRefused] = useState(null);
  const { data: connections } = useData((options) => getAll("connections", options), []);
  useFocusOnProblem(form, refused);

  const taken = connections?.map((one) => one.connection_id) ?? [];
  const id = stored?.connection_id ?? (draft.connection_id || proposedId(draft.name, taken));
  const next = () => {
    const missing = missingOf(draft);
    setProblems((before) => [...before.filter(({ path }) => !OF_THIS_STEP.test(path)), ...missing]);
    setRefused(missing.length ? missing : null);
    if (missing.length) return;
    fill({ connection_id: id });
    go("server");
  };
  const idField = stored
    ? html`<p class="hint">Its id, which never changes: <code>${id}</code></p>`
    : html`<${TextField}
        label="Id"
        hint="Stands in addresses and in the archive, and never changes. Proposed from the name."
        value=${id}
        problem=${problem("connection_id")}
        onInput=${(connection_id) => change({ connection_id })}
      />`;
  return html`<div ref=${form} class="stack">
    <${Section} title="What is it called, and for whom is it?">
      <${AboutFields} draft=${draft} change=${change} problem=${problem} idField=${idField} />
      <${ProgramFields} programs=${draft.programs} district=${draft.district} onInput=${(chosen) => (draft.programs ? change : fill)({ programs: chosen })} />
    <//>
    <div class="row">
      <${Button} kind="primary" onClick=${next}>Next: the server<//>
      <${ButtonLink} href="#/">Cancel<//>
    </div>
  </div>`;
}

// What the API would report only at the end of the next step.
function missingOf({ name, district, time_zone }) {
  return [
    !name.trim() && { path: "name", message: "Write the name that people know this connection by." },
    !district && { path: "district", message: "Write the district's name, as in the groups of its people." },
    !time_zone && { path: "time_zone", message: "Choose the district's time zone." },
  ].filter(Boolean);
}
