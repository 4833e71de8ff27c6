// What to send while the SIS may not have imported the file that would be replaced.

import { html } from "../../lib/html.js";
import { RadioGroup } from "../../components/fields.js";
import { REPLACES } from "../run_words.js";
import { CHOICE } from "./words.js";

export const [ONLY, TOGETHER, WAIT] = ["only", "together", "wait"];

// `risky` are the files that would be replaced, `ready` is the number of students who are ready.
export function Choice({ connection, risky, ready, value, onInput }) {
  const sis = connection.sis || REPLACES.yourSis;
  const known = risky.every((one) => one.rows !== null);
  const rows = known ? risky.reduce((sum, one) => sum + one.rows, 0) : null;
  const options = [
    { value: ONLY, label: ready > 0 ? CHOICE.only(ready) : CHOICE.onlyRemovals, hint: CHOICE.onlyHint(rows, sis) },
    { value: TOGETHER, label: CHOICE.together, hint: CHOICE.togetherHint },
    { value: WAIT, label: CHOICE.wait, hint: CHOICE.waitHint(sis) },
  ];
  return html`<${RadioGroup} label=${CHOICE.question} hint=${value === null ? CHOICE.first : undefined} options=${options} value=${value} onInput=${onInput} />`;
}
