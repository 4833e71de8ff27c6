// The actions of a field: move, duplicate, delete.

import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Menu } from "../../../components/menu.js";
import { insertField, newId, removeField } from "../draft.js";
import { useEditor } from "../editor.js";
import { MoveDialog } from "./move_dialog.js";
import { moveBy } from "./moving.js";
import { ROW_MENU } from "./words.js";

export function FieldMenu({ id, file, index, name }) {
  const editor = useEditor();
  const count = useSelected(editor.draft, (draft) => draft.files[file]?.fields.length);
  const [moving, setMoving] = useState(false);
  const button = `#row-${id} .menu`;
  const move = (by) => {
    moveBy(editor, file, id, by);
    focusSoon(button);
  };
  const items = [
    index > 0 && { label: ROW_MENU.up, onSelect: () => move(-1) },
    index < count - 1 && { label: ROW_MENU.down, onSelect: () => move(1) },
    index > 0 && { label: ROW_MENU.top, onSelect: () => move(-index) },
    index < count - 1 && { label: ROW_MENU.end, onSelect: () => move(count - 1 - index) },
    count > 2 && { label: ROW_MENU.position, onSelect: () => setMoving(true) },
    { label: ROW_MENU.duplicate, onSelect: () => duplicate(editor, file, id, index) },
    { label: ROW_MENU.remove, danger: true, onSelect: () => remove(editor, file, id, index) },
  ];
  return html`<${Menu} label=${ROW_MENU.label(name)} items=${items} />
    ${moving && html`<${MoveDialog} file=${file} ids=${new Set([id])} onClose=${() => setMoving(false)} />`}`;
}

function duplicate(editor, file, id, index) {
  const copy = newId();
  editor.update((draft) => {
    const { to, ...field } = draft.fields[id];
    return insertField(draft, file, copy, { ...field, to: to && `${to}_2` }, index + 1);
  });
  announce(ROW_MENU.duplicated(index + 2));
  focusSoon(`#row-${copy} .from`);
}

function remove(editor, file, id, index) {
  const { fields } = editor.draft.get().files[file];
  const next = fields[index + 1] ?? fields[index - 1];
  editor.update((draft) => removeField(draft, file, id));
  announce(ROW_MENU.removed(index + 1));
  focusSoon(next ? `#row-${next} .menu` : ".add-field");
}
