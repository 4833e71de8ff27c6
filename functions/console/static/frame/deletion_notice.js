// Says that a connection is being deleted.

import { html } from "../lib/html.js";
import { Notice } from "../components/states.js";
import { Time } from "../components/time.js";
import { DELETION } from "./words.js";

export function DeletionNotice({ connection: { deletion, time_zone } }) {
  return html`<${Notice} tone="warn" title=${DELETION.title}>
    <p>
      ${DELETION.before}${" "}<${Time} at=${deletion.purge_at} zone=${time_zone} inside />. ${DELETION.requestedBy(deletion.requested_by)}
    </p>
  <//>`;
}
