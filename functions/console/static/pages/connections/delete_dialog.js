// Delete: says what is deleted, when, and how to take it back; requires the typed name.

import { pathOf, remove } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { toast } from "../../components/announce.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { SelectField, TextField } from "../../components/fields.js";

const GRACE = [
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "0", label: "In 20 minutes" },
];

export function DeleteDialog({ connection, onClose, onDeleted }) {
  const [typed, setTyped] = useState("");
  const [days, setDays] = useState("7");
  const action = useAction(async () => {
    await remove(pathOf(connection.connection_id), { query: { grace_days: days } });
    toast(`${connection.name} is being deleted.`);
    onDeleted();
    onClose();
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
      Nothing is synced or exported from now on. Then everything that this service keeps of the
      connection is deleted for good: its students, their files, the history, the mapping, the
      schedule, the settings and the sign-in. Until then, its card can take that back. Files on the
      server stay.
    </p>
    <${SelectField} label="Delete everything" options=${GRACE} value=${days} onInput=${setDays} />
    <${TextField} label=${`Type ${connection.name} to confirm`} value=${typed} onInput=${setTyped} />
  <//>`;
}
