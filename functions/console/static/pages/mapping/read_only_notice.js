// Says that the person can only read the mapping, and who can change it.

import { html } from "../../lib/html.js";
import { Notice } from "../../components/states.js";

export function ReadOnlyNotice() {
  return html`<${Notice}>
    <p>You can look at all of this. People with Full Access to this district may change it.</p>
  <//>`;
}
