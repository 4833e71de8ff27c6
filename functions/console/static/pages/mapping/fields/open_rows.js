// Which rows have their options open: links and “Collapse all” change it from outside of the rows.

import { createStore, useSelected } from "../../../lib/store.js";

const opened = createStore(new Set()); // ids of fields, which are never used twice

export function useIsOpen(id) {
  return useSelected(opened, (ids) => ids.has(id));
}

export function setOpen(ids, isOpen) {
  const now = new Set(opened.get());
  for (const id of ids) isOpen ? now.add(id) : now.delete(id);
  opened.set(now);
}

export function useAreAnyOpen(ids) {
  return useSelected(opened, (all) => ids.some((id) => all.has(id)));
}
