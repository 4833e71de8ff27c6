// Moves a row by Alt+Arrow, or by dragging its number onto another row.

import { afterDrawing } from "../../../lib/focus.js";
import { announce } from "../../../components/announce.js";
import { moveField, placeFields } from "../draft.js";
import { selection } from "./rows_shown.js";
import { ROW_MENU, TOOLS } from "./words.js";

let dragged = null; // {file, ids}

export function moveBy(editor, file, id, by) {
  const { fields } = editor.draft.get().files[file];
  const position = fields.indexOf(id) + by + 1;
  if (position < 1 || position > fields.length) return;
  editor.update((draft) => moveField(draft, file, id, by));
  announce(ROW_MENU.moved(position, fields.length));
}

// Handlers for the element of a row. A row that is dragged takes the other selected ones with it.
export function movingHandlers(editor, file, id) {
  const mark = (event, isOver) => event.currentTarget.classList.toggle("drop", isOver);
  const takes = () => dragged?.file === file && !dragged.ids.has(id);
  return {
    onKeyDownCapture(event) {
      if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const at = event.target;
      moveBy(editor, file, id, event.key === "ArrowUp" ? -1 : 1);
      afterDrawing(() => at.isConnected && at.focus());
    },
    onDragStart(event) {
      if (!event.target.matches?.(".field-number")) return;
      const selected = selection.get();
      dragged = { file, ids: selected?.has(id) ? selected : new Set([id]) };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(event.currentTarget, 0, 0);
    },
    onDragOver(event) {
      if (!takes()) return;
      event.preventDefault();
      mark(event, true);
    },
    onDragLeave: (event) => mark(event, false),
    onDrop(event) {
      mark(event, false);
      if (!takes()) return;
      event.preventDefault();
      drop(editor, file, id);
    },
    onDragEnd() {
      dragged = null;
    },
  };
}

// The rows come before the one that they are dropped on if they come from below it, else after it.
function drop(editor, file, onto) {
  const { ids } = dragged;
  const { fields } = editor.draft.get().files[file];
  const isFromAbove = fields.findIndex((one) => ids.has(one)) < fields.indexOf(onto);
  const index = fields.filter((one) => !ids.has(one)).indexOf(onto) + (isFromAbove ? 1 : 0);
  editor.update((draft) => placeFields(draft, file, ids, index));
  announce(TOOLS.moved(fields.filter((one) => ids.has(one)).length, index + 1));
}
