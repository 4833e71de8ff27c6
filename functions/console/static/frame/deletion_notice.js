// Says that a connection is being deleted.

import { html } from "../lib/html.js";
import { Notice } from "../components/states.js";
import { Time } from "../components/time.js";

export function DeletionNotice({ connection: { deletion, time_zone } }) {
  return html`<${Notice} tone="warn" title="Being deleted">
    <p>
      Nothing is synced, exported or changed. Everything is deleted after
      ${" "}<${Time} at=${deletion.purge_at} zone=${time_zone} />. Requested by ${deletion.requested_by}.
    </p>
  <//>`;
}
