// The state that the parts of the editor share: the draft, the saved version, and the API's preview.

import { createContext, useContext } from "../../lib/html.js";
import { createStore, useSelected, useStore } from "../../lib/store.js";
import { canonical, definitionOfField, draftOf, setField, setSettings, wholeField } from "./draft.js";
import { NOTHING_TO_TELL, unfinished } from "./preview/shown_problems.js";
import { aligned } from "./saving/merge.js";

export const EditorContext = createContext(null);
export const useEditor = () => useContext(EditorContext);

const MAX_UNDO = 100;
const TYPED_INTO = "input, textarea, select";
const NO_PROBLEMS = { fields: {}, files: {}, others: [] };
const NOTHING = { fields: {}, files: {}, others: {}, students: [], problems: NO_PROBLEMS, warnings: NO_PROBLEMS };

// `saved` is the response of GET …/mapping, or null; `stored` the person's draft of a former visit, which is based
// on it: {mapping, saved_at}, or null. `canEdit` does not change during a visit.
export function createEditor(saved, canEdit, stored = null) {
  const base = createStore(baseOf(saved));
  const first = stored ? aligned(base.get().draft, stored.mapping) : base.get().draft;
  const draft = createStore(first);
  const past = createStore([]); // [{draft, base}]: earlier drafts, each with the version that it was made from
  let lastEdit = {}; // {key, control}: continued typing in one control is one step of Undo
  const remember = () =>
    past.set([...past.get(), { draft: draft.get(), base: base.get() }].slice(-MAX_UNDO));
  return {
    base,
    draft,
    past,
    canEdit,
    preview: createStore(NOTHING), // see preview/preview.js
    quiet: createStore(unfinished(base.get().draft, first)), // see preview/shown_problems.js
    attention: createStore(null), // see preview/attention.js
    names: createStore({}), // of example students
    stored: createStore({ saved_at: stored?.saved_at ?? "", state: stored ? "stored" : "none", message: "" }), // see saving/stored_draft.js
    update(change, key = null) {
      const control = document.activeElement;
      const continues = key !== null && key === lastEdit.key && control === lastEdit.control && control.matches(TYPED_INTO);
      if (!continues) remember();
      lastEdit = { key, control };
      const [before, now] = [draft.get(), change(draft.get())];
      this.quiet.set(key === null ? new Set([...this.quiet.get(), ...unfinished(before, now)]) : this.whileWriting(key.split(" ")[0]));
      draft.set(now);
    },
    // The problems of a file or field are shown only after somebody has left it; those that are shown stay.
    whileWriting(id) {
      const { fields, files } = this.preview.get().problems;
      const quiet = this.quiet.get();
      return quiet.has(id) || fields[id] || files[id] ? quiet : new Set([...quiet, id]);
    },
    wasLeft(id) {
      if (this.quiet.get().has(id)) this.quiet.set(new Set([...this.quiet.get()].filter((one) => one !== id)));
    },
    showAllProblems() {
      this.quiet.set(NOTHING_TO_TELL);
    },
    undo() {
      const before = past.get();
      lastEdit = {};
      past.set(before.slice(0, -1));
      base.set(before.at(-1).base);
      draft.set(before.at(-1).draft);
    },
    // Takes over a newer saved version; `kept` is edited on top of it.
    settle(now, kept = null) {
      const next = baseOf(now, base.get().draft);
      base.set(kept ? { ...next, ...kept } : next);
      past.set([]);
      lastEdit = {};
      if (!kept) draft.set(next.draft);
    },
    // Takes over another person's newer version: `theirs` as a draft, and `edited` on top of it. Undo returns
    // to the old version, so saving then asks again.
    join(now, theirs, edited = theirs) {
      remember();
      lastEdit = {};
      base.set({ ...baseOf(now), draft: theirs });
      draft.set(edited);
    },
  };
}

// {version, saved_by, saved_at, draft}
function baseOf(saved, before = draftOf({})) {
  const { version = 0, saved_by = null, saved_at = null, ...definition } = saved ?? { files: [] };
  return { version, saved_by, saved_at, draft: aligned(before, definition) };
}

// A text of a draft that is equal for equal content. Several parts of the page compare each draft, and a change
// leaves most fields as they are, so the text of each is made once.
function textBy(ofField) {
  const ofSettings = once(canonical);
  const ofOne = once((field) => canonical(ofField(field)));
  return once(({ order, files, fields, package: zip }) =>
    JSON.stringify([canonical(zip), order.map((id) => [ofSettings(files[id].settings), files[id].fields.map((one) => ofOne(fields[one]))])]),
  );
}

function once(make) {
  const made = new WeakMap();
  return (from) => {
    if (!made.has(from)) made.set(from, make(from));
    return made.get(from);
  };
}

export const textOf = textBy(definitionOfField);
export const wholeTextOf = textBy(wholeField);

export function useIsChanged(editor) {
  const [base, draft] = [useStore(editor.base), useStore(editor.draft)];
  return draft !== base.draft && textOf(draft) !== textOf(base.draft);
}

// One field of the draft, and `change({key: value})`; undefined removes a key.
export function useField(id) {
  const editor = useEditor();
  const field = useSelected(editor.draft, (draft) => draft.fields[id]);
  const change = (changes) =>
    editor.update((draft) => setField(draft, id, changes), `${id} ${Object.keys(changes)}`);
  return [field, change];
}

export function useSettings(id) {
  const editor = useEditor();
  const settings = useSelected(editor.draft, (draft) => draft.files[id]?.settings);
  const change = (changes) =>
    editor.update((draft) => setSettings(draft, id, changes), `${id} ${Object.keys(changes)}`);
  return [settings, change];
}

const NONE = [];

// [{at: the path below the field or file, message}]
export function useProblems(kind, id) {
  const editor = useEditor();
  const isQuiet = useSelected(editor.quiet, (quiet) => quiet.has(id));
  const problems = useSelected(editor.preview, (preview) => preview.problems[kind][id] ?? NONE);
  return isQuiet ? NONE : problems;
}

// Of the same shape: a mapping with warnings can be saved.
export function useWarnings(kind, id) {
  return useSelected(useEditor().preview, (preview) => preview.warnings[kind][id] ?? NONE);
}

// The problem at a path or below it.
export function problemAt(problems, at) {
  const inside = (one) => one.at === at || one.at.startsWith(`${at}.`) || one.at.startsWith(`${at}[`);
  return problems.find(inside)?.message ?? "";
}

export function problemsWithin(problems, at) {
  return problems
    .filter((one) => one.at === at || one.at.startsWith(`${at}.`) || one.at.startsWith(`${at}[`))
    .map((one) => ({ ...one, at: one.at.slice(at.length).replace(/^\./, "") }));
}
