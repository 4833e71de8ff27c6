// The actions of a field: move, duplicate, delete.

import { focusSoon } from "../../../lib/focus.js";
import { html } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Menu } from "../../../components/menu.js";
import { insertField, moveField, newId, removeField } from "../draft.js";
import { useEditor } from "../editor.js";

export function FieldMenu({ id, file, index, name }) {
  const editor = useEditor();
  const count = useSelected(editor.draft, (draft) => draft.files[file]?.fields.length);
  const button = `#row-${id} .menu`;
  const move = (by) => {
    moveBy(editor, file, id, index, by);
    focusSoon(button);
  };
  const items = [
    index > 0 && { label: "Move up", onSelect: () => move(-1) },
    index < count - 1 && { label: "Move down", onSelect: () => move(1) },
    index > 0 && { label: "Move to the top", onSelect: () => move(-index) },
    index < count - 1 && { label: "Move to the end", onSelect: () => move(count - 1 - index) },
    { label: "Duplicate", onSelect: () => duplicate(editor, file, id, index) },
    { label: "Delete", danger: true, onSelect: () => remove(editor, file, id, index) },
  ];
  return html`<${Menu} label=${`Actions of ${name}`} items=${items} />`;
}

function moveBy(editor, file, id, index, by) {
  const count = editor.draft.get().files[file].fields.length;
  if (index + by < 0 || index + by >= count) return;
  editor.update((draft) => moveField(draft, file, id, by));
  announce(`Moved to place ${index + by + 1} of ${count}.`);
}

function duplicate(editor, file, id, index) {
  const copy = newId();
  editor.update((draft) => {
    const { to, ...field } = draft.fields[id];
    return insertField(draft, file, copy, { ...field, to: to && `${to}_2` }, index + 1);
  });
  announce(`Duplicated as field ${index + 2}.`);
  focusSoon(`#row-${copy} .from`);
}

function remove(editor, file, id, index) {
  const { fields } = editor.draft.get().files[file];
  const next = fields[index + 1] ?? fields[index - 1];
  editor.update((draft) => removeField(draft, file, id));
  announce(`Field ${index + 1} was deleted. Undo brings it back.`);
  focusSoon(next ? `#row-${next} .menu` : ".add-field");
}
