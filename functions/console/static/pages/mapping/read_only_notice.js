// Says that the person can only read the mapping, and who can change it.

import { html } from "../../lib/html.js";
import { Notice } from "../../components/states.js";
import { PAGE } from "./words.js";

export function ReadOnlyNotice() {
  return html`<${Notice}>
    <p>${PAGE.readOnly}</p>
  <//>`;
}
