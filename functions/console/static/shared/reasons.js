// Why a student is held: one sentence per reason with the value at fault, and a link to the row of the mapping.

import { html } from "../lib/html.js";
import { Sentence } from "../components/sentence.js";
import { MappingLink } from "./links.js";
import { LINKS } from "./words.js";

// reasons: [{file, field, rule, message, value?}]
export function Reasons({ c, reasons }) {
  return html`<ul class="reasons">
    ${reasons.map(
      (reason) => html`<li key=${`${reason.file} ${reason.field} ${reason.rule}`}>
        <${Reason} reason=${reason} />${" "}<span class="muted">${LINKS.see} <${MappingLink} c=${c} file=${reason.file} field=${reason.field} />.</span>
      </li>`,
    )}
  </ul>`;
}

const BEGINNING = /^The value (?=\S)/;

// "Home_Phone: `555-0101` is not a phone number …": the API's messages begin with "The value".
export function Reason({ reason: { field, message, value } }) {
  const begins = BEGINNING.test(message);
  return html`${field !== "rows" && html`<strong>${field}:</strong> `}${value && begins
    ? html`<code>${value}</code> <${Sentence} text=${message.replace(BEGINNING, "")} />`
    : html`<${Sentence} text=${message} />`}`;
}
