// Why a student is held: one sentence per reason, with a link to the row of the mapping.

import { html } from "../lib/html.js";
import { Sentence } from "../components/sentence.js";
import { MappingLink } from "./links.js";

// reasons: [{file, field, rule, message}]
export function Reasons({ c, reasons }) {
  return html`<ul class="reasons">
    ${reasons.map(
      (reason) => html`<li key=${`${reason.file} ${reason.field} ${reason.rule}`}>
        <${Sentence} text=${reason.message} />${" "}<span class="muted">See <${MappingLink} c=${c} file=${reason.file} field=${reason.field} />.</span>
      </li>`,
    )}
  </ul>`;
}
