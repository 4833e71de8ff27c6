// A delivery that waits for a decision: the findings, and what each button does.

import { get, pathOf, post } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { schoolYear } from "../../lib/runs.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { ErrorNotice } from "../../components/states.js";
import { ReplacedFiles } from "../../shared/replaced_files.js";
import { Findings } from "./findings.js";
import { needsConfirmation } from "./run_text.js";
import { DECISION } from "./words.js";

export function Decision({ connection, run, reload }) {
  const person = usePerson();
  const [asking, setAsking] = useState(false);
  const path = (verb) => pathOf(connection.connection_id, "exports", run.run_id, verb);
  const confirming = useAction(async () => {
    await post(path("confirm"));
    setAsking(false);
    toast(DECISION.confirmed);
    await reload();
  });
  const cancelling = useAction(async () => {
    await post(path("cancel"));
    toast(DECISION.cancelled);
    await reload();
  });
  const { data: status } = useData((options) => get(pathOf(connection.connection_id, "status"), options), [run.run_id]);
  const waiting = run.years.filter((year) => year.status === "awaiting_confirmation");
  const years = waiting.map((year) => schoolYear(year.school_year)).join(", ");
  const found = waiting.flatMap((year) => year.findings.filter((finding) => needsConfirmation(year, finding)));
  return html`<section class="panel stack decision" aria-labelledby="decision">
    <h2 id="decision">${DECISION.title}</h2>
    <p>${DECISION.intro(years)}</p>
    <${Findings} connection=${connection} findings=${found} />
    ${person.canRun
      ? html`<dl class="choices">
            ${person.canOverride &&
            html`<div>
              <dt><${Button} kind="primary" onClick=${() => setAsking(true)}>${DECISION.send}<//></dt>
              <dd>${DECISION.sendWhy(readyOf(status, waiting))}</dd>
            </div>`}
            <div>
              <dt><${Button} busy=${cancelling.busy} onClick=${() => cancelling.run()}>${DECISION.dont}<//></dt>
              <dd>${DECISION.dontWhy}</dd>
            </div>
          </dl>
          ${!person.canOverride && html`<p>${DECISION.onlyFull}</p>`}
          <p class="hint">${DECISION.otherwise}</p>`
      : html`<p>${DECISION.onlyOthers}</p>`}
    <${ErrorNotice} error=${cancelling.error} />
    ${asking &&
    html`<${ConfirmDialog}
      title=${DECISION.ask(years)}
      confirm=${DECISION.confirm}
      action=${confirming}
      onClose=${() => setAsking(false)}
    >
      <p>${DECISION.confirmWhy(readyOf(status, waiting))}</p>
      <${ReplacedFiles} connection=${connection} replaces=${waiting.flatMap((year) => year.replaces)} />
    <//>`}
  </section>`;
}

// How many students of the waiting years are ready by now; null if it is not known exactly.
function readyOf(status, waiting) {
  const years = waiting.map((year) => status?.years.find((one) => one.school_year === year.school_year));
  if (years.some((year) => !year || year.at_least)) return null;
  return years.reduce((sum, year) => sum + year.due, 0);
}
