// Which rows of a file are shown, and which are selected. Both are looked at by links and by the save bar, which
// lead to rows that the search may hide.

import { useMemo } from "../../../lib/html.js";
import { createStore, useStore } from "../../../lib/store.js";
import { labelOf, folded } from "../../../lib/text/names.js";
import { MAPPING_TYPES, optionsInWords } from "../labels.js";

const EVERY = { words: "", onlyIssues: false };
const NONE = new Set();

export const filter = createStore(EVERY);
export const selection = createStore(null); // the ids of the selected fields, or null while nobody selects

export const clearFilter = () => filter.get() !== EVERY && filter.set(EVERY);
export const isFiltered = ({ words, onlyIssues }) => words.trim() !== "" || onlyIssues;

// The ids that fit the search. A row stays while somebody changes it: only another search or another list of
// fields looks again.
export function useShown(editor, fields) {
  const wanted = useStore(filter);
  return useMemo(() => {
    if (!isFiltered(wanted)) return fields;
    const words = folded(wanted.words).split(/\s+/).filter(Boolean);
    const { problems, warnings, fields: values } = editor.preview.get();
    const hasIssue = (id) => problems.fields[id] || warnings.fields[id] || values[id]?.some((one) => one.problem);
    return fields.filter((id) => {
      const text = folded(textOf(editor.draft.get().fields[id]));
      return words.every((word) => text.includes(word)) && (!wanted.onlyIssues || hasIssue(id));
    });
  }, [wanted, fields]);
}

const textOf = (field) => [field.to, field.from, field.from && labelOf(field.from), MAPPING_TYPES[field.mapping_type], ...optionsInWords(field)].join(" ");

export function select(ids, isSelected) {
  const now = new Set(selection.get() ?? NONE);
  for (const id of ids) isSelected ? now.add(id) : now.delete(id);
  selection.set(now);
}
