// What the guards found, with the possible actions.

import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { Button } from "../../components/button.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { RunLink } from "../../shared/links.js";
import { ResendDialog } from "./resend_dialog.js";
import { FINDING } from "./words.js";

// findings: [{guard, action, file, message, run_id: of the export to send again, or null}]; with the
// action carry_over its students have gone again.
export function Findings({ connection, findings }) {
  return findings.map(
    (finding) => html`<${Notice} key=${finding.message} tone="warn" title=${FINDING[finding.guard] ?? FINDING.other}>
      <p><${Sentence} text=${finding.message} /></p>
      ${finding.run_id && finding.action !== "carry_over" && html`<${FindingActions} connection=${connection} run_id=${finding.run_id} />`}
    <//>`,
  );
}

function FindingActions({ connection, run_id }) {
  const person = usePerson();
  const [open, setOpen] = useState(false);
  const c = connection.connection_id;
  return html`<div class="row finding-actions">
    ${person.canRun && html`<${Button} icon="arrow" onClick=${() => setOpen(true)}>${FINDING.resend}<//>`}
    <${RunLink} c=${c} run_id=${run_id}>${FINDING.open}<//>
    ${open && html`<${ResendDialog} connection=${connection} run_id=${run_id} onClose=${() => setOpen(false)} />`}
  </div>`;
}
