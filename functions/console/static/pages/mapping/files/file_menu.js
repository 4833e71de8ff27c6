// The actions of a file.

import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { ConfirmDialog } from "../../../components/dialog.js";
import { Menu } from "../../../components/menu.js";
import { count } from "../../../components/time.js";
import { insertFile, moveFile, newId, removeFile } from "../draft.js";
import { useEditor } from "../editor.js";

export function FileMenu({ id, select }) {
  const editor = useEditor();
  const order = useSelected(editor.draft, (draft) => draft.order);
  const [asking, setAsking] = useState(false);
  const index = order.indexOf(id);
  const move = (by) => {
    editor.update((draft) => moveFile(draft, id, by));
    announce(`Moved to place ${index + by + 1} of ${order.length}.`);
  };
  const duplicate = () => {
    const copy = newId();
    editor.update((draft) => {
      const { settings, fields } = draft.files[id];
      const renamed = { ...settings, name: settings.name && `${settings.name}_2` };
      return insertFile(draft, copy, renamed, fields.map((one) => draft.fields[one]), index + 1);
    });
    select(copy);
    announce("The file was duplicated.");
    focusSoon(`#settings-${copy} .settings-row`);
  };
  const remove = () => {
    setAsking(false);
    select(order[index + 1] ?? order[index - 1]);
    editor.update((draft) => removeFile(draft, id));
    announce("The file was deleted. Undo brings it back.");
    focusSoon(".field-mapping [role=tab][aria-selected=true], .start-others button");
  };
  const items = [
    index > 0 && { label: "Move file left", onSelect: () => move(-1) },
    index < order.length - 1 && { label: "Move file right", onSelect: () => move(1) },
    { label: "Duplicate file", onSelect: duplicate },
    { label: "Delete file", danger: true, onSelect: () => setAsking(true) },
  ];
  const { settings, fields } = editor.draft.get().files[id] ?? { settings: {}, fields: [] };
  return html`<${Menu} label="Actions of the file" items=${items} />
    ${asking &&
    html`<${ConfirmDialog}
      title=${`Delete ${settings.name || "this file"}?`}
      confirm="Delete file"
      danger
      action=${{ run: remove, busy: false, error: null }}
      onClose=${() => setAsking(false)}
    >
      <p>Its settings and ${count(fields.length, "field")} go. Nothing is changed for exports until you save.</p>
    <//>`}`;
}
