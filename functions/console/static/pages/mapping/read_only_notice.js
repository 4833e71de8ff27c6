// For Limited Access: all can be read here, and who may change it.

import { html } from "../../lib/html.js";
import { Notice } from "../../components/states.js";

export function ReadOnlyNotice() {
  return html`<${Notice}>
    <p>You can look at all of this. People with Full Access to this district may change it.</p>
  <//>`;
}
