// The actions of a file.

import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { ConfirmDialog } from "../../../components/dialog.js";
import { Menu } from "../../../components/menu.js";
import { insertFile, moveFile, newId, removeFile } from "../draft.js";
import { useEditor } from "../editor.js";
import { FILE_MENU } from "./words.js";

export function FileMenu({ id, select }) {
  const editor = useEditor();
  const order = useSelected(editor.draft, (draft) => draft.order);
  const [asking, setAsking] = useState(false);
  const index = order.indexOf(id);
  const move = (by) => {
    editor.update((draft) => moveFile(draft, id, by));
    announce(FILE_MENU.moved(index + by + 1, order.length));
  };
  const duplicate = () => {
    const copy = newId();
    editor.update((draft) => {
      const { settings, fields } = draft.files[id];
      const renamed = { ...settings, name: settings.name && `${settings.name}_2` };
      return insertFile(draft, copy, renamed, fields.map((one) => draft.fields[one]), index + 1);
    });
    select(copy);
    announce(FILE_MENU.duplicated);
    focusSoon(`#settings-${copy} .settings-row`);
  };
  const remove = () => {
    setAsking(false);
    select(order[index + 1] ?? order[index - 1]);
    editor.update((draft) => removeFile(draft, id));
    announce(FILE_MENU.removed);
    focusSoon(".field-mapping [role=tab][aria-selected=true], .start-others button");
  };
  const items = [
    index > 0 && { label: FILE_MENU.left, onSelect: () => move(-1) },
    index < order.length - 1 && { label: FILE_MENU.right, onSelect: () => move(1) },
    { label: FILE_MENU.duplicate, onSelect: duplicate },
    { label: FILE_MENU.remove, danger: true, onSelect: () => setAsking(true) },
  ];
  const { settings, fields } = editor.draft.get().files[id] ?? { settings: {}, fields: [] };
  return html`<${Menu} label=${FILE_MENU.label} items=${items} />
    ${asking &&
    html`<${ConfirmDialog}
      title=${FILE_MENU.removeTitle(settings.name)}
      confirm=${FILE_MENU.remove}
      danger
      action=${{ run: remove, busy: false, error: null }}
      onClose=${() => setAsking(false)}
    >
      <p>${FILE_MENU.removeNote(fields.length)}</p>
    <//>`}`;
}
