// Delete: says what is deleted, and requires the typed name.

import { pathOf, remove } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { toast } from "../../components/announce.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { TextField } from "../../components/fields.js";

export function DeleteDialog({ connection, onClose, onDeleted }) {
  const [typed, setTyped] = useState("");
  const action = useAction(async () => {
    await remove(pathOf(connection.connection_id));
    toast(`${connection.name} was deleted.`);
    onDeleted();
  });
  return html`<${ConfirmDialog}
    title=${`Delete ${connection.name}?`}
    confirm="Delete"
    danger
    disabled=${typed.trim() !== connection.name}
    action=${action}
    onClose=${onClose}
  >
    <p>
      Its settings, sign-in and schedule are gone for good, and nothing more is exported. Files on
      the server stay. Its mapping, the students who were synced and the record of its runs stay
      here: a new connection with the id <code>${connection.connection_id}</code> has them again.
    </p>
    <${TextField} label=${`Type ${connection.name} to confirm`} value=${typed} onInput=${setTyped} />
  <//>`;
}
