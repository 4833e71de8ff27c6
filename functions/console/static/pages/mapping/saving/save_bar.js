// What is saved and what is not, always in view: Save, Undo, and the way to the first problem.

import { call, pathOf } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { afterDrawing, focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useStore } from "../../../lib/store.js";
import { announce, toast } from "../../../components/announce.js";
import { Button, SaveButton } from "../../../components/button.js";
import { Sentence } from "../../../components/sentence.js";
import { Notice } from "../../../components/states.js";
import { Time } from "../../../components/time.js";
import { definitionOf, idsByIndex } from "../draft.js";
import { textOf, useEditor, useIsChanged } from "../editor.js";
import { clearFilter } from "../fields/rows_shown.js";
import { clientProblems } from "../preview/client_checks.js";
import { problemsById } from "../preview/preview.js";
import { ConflictDialog } from "./conflict_dialog.js";
import { BAR } from "./words.js";

export function SaveBar({ connection, select }) {
  const editor = useEditor();
  const c = connection.connection_id;
  const changed = useIsChanged(editor);
  const preview = useStore(editor.preview);
  const past = useStore(editor.past);
  const [conflict, setConflict] = useState(false);
  // A save clears Undo. After keeping mine on top of theirs, Undo still returns to my own draft, which is
  // based on the older version, so saving it asks again.
  const saving = useAction(async ({ joined = false } = {}) => {
    const draft = editor.draft.get();
    const own = clientProblems(draft);
    if (own.length) {
      showFirst(editor, select);
      throw new Error(own[0].message);
    }
    try {
      const saved = await save(c, draft, editor.base.get().version);
      const before = joined ? editor.past.get() : [];
      editor.settle(saved, { draft, text: textOf(draft) });
      editor.past.set(before);
      announce(BAR.savedAs(saved.version));
    } catch (error) {
      // The tab was changed meanwhile, so there is no bar to show the error.
      if (!document.querySelector(".save-problems")) return toast(BAR.failedElsewhere(error.message), "bad");
      if (error.status === 412) return setConflict(true);
      if (error.problems?.length) {
        editor.preview.set({ ...editor.preview.get(), problems: problemsById(error.problems, idsByIndex(draft)) });
        showFirst(editor, select);
      } else afterDrawing(() => document.querySelector(".save-problems")?.scrollIntoView({ block: "nearest" }));
      throw error;
    }
  });
  if (!editor.canEdit) return html`<div class="save-bar"><${Saved} zone=${connection.time_zone} /></div>`;
  const wrong = howMany(preview.problems);
  return html`<div class="save-problems" role="alert">
      ${saving.error && html`<${Notice} tone="bad" title=${BAR.nothingSaved}><p><${Sentence} text=${saving.error.message} /></p><//>`}
    </div>
    <div class="save-bar">
      <div class="save-state">
        ${changed ? html`<strong>${BAR.unsaved}</strong>` : html`<${Saved} zone=${connection.time_zone} />`}
        ${wrong > 0 && html`<button type="button" class="link bad" onClick=${() => showFirst(editor, select)}>${BAR.issues(wrong)}</button>`}
      </div>
      <${Button} disabled=${past.length === 0} onClick=${() => undo(editor)}>${BAR.undo}<//>
      <${SaveButton} busy=${saving.busy} disabled=${!changed} onClick=${() => saving.run()}>${BAR.save}<//>
    </div>
    ${conflict && html`<${ConflictDialog} connection=${connection} onKeep=${() => saving.run({ joined: true })} onClose=${() => setConflict(false)} />`}`;
}

function undo(editor) {
  editor.undo();
  announce(BAR.undone);
}

// Raises ApiError, with status 412 if another person saved meanwhile.
export function save(c, draft, version) {
  const headers = { "If-Match": `"${version}"` };
  return call("PUT", pathOf(c, "mapping"), { body: definitionOf(draft), headers });
}

function Saved({ zone }) {
  const { version, saved_by, saved_at } = useStore(useEditor().base);
  if (!version) return html`<span class="muted">${BAR.neverSaved}</span>`;
  return html`<span class="muted">${BAR.version(version, saved_by)}${" "}<${Time} at=${saved_at} zone=${zone} /></span>`;
}

function howMany({ fields, files, others }) {
  const all = [...Object.values(fields), ...Object.values(files), others];
  return all.reduce((sum, list) => sum + list.length, 0);
}

// Shows the first problem: its file, its row, its control.
function showFirst(editor, select) {
  const draft = editor.draft.get();
  const { files, fields, others } = editor.preview.get().problems;
  for (const file of draft.order) {
    const field = draft.files[file].fields.find((id) => fields[id]);
    if (!files[file] && !field) continue;
    clearFilter();
    select?.(file);
    const selector = files[file] ? `#settings-${file}` : `#row-${field}`;
    afterDrawing(() => {
      // In a closed row the problem has no control yet.
      /** @type {HTMLElement | null} */
      const closed = document.querySelector(`${selector}:not(:has([aria-invalid=true])) .opens-options[aria-expanded=false]`);
      closed?.click();
      focusSoon(`${selector} [aria-invalid=true]`, selector);
    });
    return;
  }
  if (others.length) focusSoon("#general-problems");
}
