// Delete: says what is deleted, when, and how to take it back; requires the typed name.

import { pathOf, remove } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { toast } from "../../components/announce.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { SelectField, TextField } from "../../components/fields.js";
import { DELETE } from "./words.js";

const GRACE = [
  { value: "7", label: DELETE.in7Days },
  { value: "30", label: DELETE.in30Days },
  { value: "0", label: DELETE.in20Minutes },
];

export function DeleteDialog({ connection, onClose, onDeleted }) {
  const [typed, setTyped] = useState("");
  const [days, setDays] = useState("7");
  const action = useAction(async () => {
    await remove(pathOf(connection.connection_id), { query: { grace_days: days } });
    toast(DELETE.started(connection.name));
    onDeleted();
    onClose();
  });
  return html`<${ConfirmDialog}
    title=${DELETE.title(connection.name)}
    confirm=${DELETE.confirm}
    danger
    disabled=${typed.trim() !== connection.name}
    action=${action}
    onClose=${onClose}
  >
    <p>${DELETE.what}</p>
    <${SelectField} label=${DELETE.when} options=${GRACE} value=${days} onInput=${setDays} />
    <${TextField} label=${DELETE.typeName(connection.name)} value=${typed} onInput=${setTyped} />
  <//>`;
}
