// A delivery that waits for a decision: the findings, and what each button does.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { schoolYear } from "../../lib/runs.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { ErrorNotice } from "../../components/states.js";
import { Findings } from "./findings.js";
import { needsConfirmation } from "./run_text.js";

export function Decision({ connection, run, reload }) {
  const person = usePerson();
  const [asking, setAsking] = useState(false);
  const path = (verb) => pathOf(connection.connection_id, "exports", run.run_id, verb);
  const confirming = useAction(async () => {
    await post(path("confirm"));
    setAsking(false);
    toast("Confirmed: the delivery goes on.");
    await reload();
  });
  const cancelling = useAction(async () => {
    await post(path("cancel"));
    toast("Not sent: everyone stays due.");
    await reload();
  });
  const waiting = run.years.filter((year) => year.status === "awaiting_confirmation");
  const years = waiting.map((year) => schoolYear(year.school_year)).join(", ");
  const found = waiting.flatMap((year) => year.findings.filter((finding) => needsConfirmation(year, finding)));
  return html`<section class="panel stack decision" aria-labelledby="decision">
    <h2 id="decision">Is this right?</h2>
    <p>Nothing was sent for ${years}, as something is unusual:</p>
    <${Findings} connection=${connection} findings=${found} />
    ${person.canRun
      ? html`<dl class="choices">
            ${person.canOverride &&
            html`<div>
              <dt><${Button} kind="primary" onClick=${() => setAsking(true)}>Send it anyway<//></dt>
              <dd>Sends what is due by now, as it is. The old files are replaced.</dd>
            </div>`}
            <div>
              <dt><${Button} busy=${cancelling.busy} onClick=${() => cancelling.run()}>Do not send<//></dt>
              <dd>Sends nothing. Everyone stays due, and the next export looks anew.</dd>
            </div>
          </dl>
          ${!person.canOverride && html`<p>Somebody with Full Access can send it anyway.</p>`}
          <p class="hint">If nobody decides, the next export takes its place.</p>`
      : html`<p>Somebody with Full Access can send it, or let it be.</p>`}
    <${ErrorNotice} error=${cancelling.error} />
    ${asking &&
    html`<${ConfirmDialog}
      title=${`Send ${years} anyway?`}
      confirm="Send it"
      action=${confirming}
      onClose=${() => setAsking(false)}
    >
      <p>
        What is due by now goes out as it is, and takes the place of what lies there. It cannot be
        called back. The run keeps that you decided it.
      </p>
    <//>`}
  </section>`;
}
