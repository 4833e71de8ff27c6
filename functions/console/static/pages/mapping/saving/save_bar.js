// Always in view: the example student, what is saved and what is not, the issues, Undo and Save.

import { call, pathOf } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { html, useState } from "../../../lib/html.js";
import { href } from "../../../lib/paths.js";
import { useStore } from "../../../lib/store.js";
import { announce, toast } from "../../../components/announce.js";
import { Button, SaveButton } from "../../../components/button.js";
import { Sentence } from "../../../components/sentence.js";
import { Notice } from "../../../components/states.js";
import { definitionOf, idsByIndex } from "../draft.js";
import { useEditor, useIsChanged } from "../editor.js";
import { clientProblems } from "../preview/client_checks.js";
import { problemsById } from "../preview/preview.js";
import { shownProblems } from "../preview/shown_problems.js";
import { ConflictDialog } from "./conflict_dialog.js";
import { DraftState, ElsewhereNotice } from "./draft_state.js";
import { IssueList, IssuesButton, showIssue } from "./issues.js";
import { BAR } from "./words.js";

// `children` are the controls of the example student; `isFromList`: the person came from the students who need attention.
export function SaveBar({ connection, select, reload, isFromList, children }) {
  const editor = useEditor();
  const c = connection.connection_id;
  const changed = useIsChanged(editor);
  const past = useStore(editor.past);
  const issues = shownProblems(useStore(editor.preview), useStore(editor.quiet), useStore(editor.draft));
  const [conflict, setConflict] = useState(false);
  const [listed, setListed] = useState(false);
  const refuse = (draft, problems) => {
    editor.preview.set({ ...editor.preview.get(), problems: problemsById(problems, idsByIndex(draft)) });
    editor.showAllProblems();
    const all = shownProblems(editor.preview.get(), editor.quiet.get(), draft);
    setListed(all.length > 1);
    if (all.length) showIssue(select, all[0]);
  };
  // A save clears Undo. After keeping mine on top of theirs, Undo still returns to my own draft, which is
  // based on the older version, so saving it asks again.
  const saving = useAction(async ({ joined = false } = {}) => {
    const draft = editor.draft.get();
    setListed(false);
    const own = clientProblems(draft);
    if (own.length) {
      refuse(draft, own);
      throw new Error(own[0].message);
    }
    try {
      const saved = await save(c, draft, editor.base.get().version);
      const before = joined ? editor.past.get() : [];
      editor.settle(saved, { draft });
      editor.past.set(before);
      editor.showAllProblems();
      announce(BAR.savedAs(saved.version));
    } catch (error) {
      // The tab was changed meanwhile, so there is no bar to show the error.
      if (!document.querySelector(".save-problems")) return toast(BAR.failedElsewhere(error.message), "bad");
      if (error.status === 412) return setConflict(true);
      if (error.problems?.length) refuse(draft, error.problems);
      throw error;
    }
  });
  const title = saving.error && issues.length > 0 ? BAR.fixFirst(issues.length) : BAR.nothingSaved;
  return html`<div class="save-bar">
      <div class="save-problems" role="alert">
        ${saving.error && html`<${Notice} tone="bad" title=${title}>${issues.length < 2 && html`<p><${Sentence} text=${saving.error.message} /></p>`}<//>`}
      </div>
      ${listed && html`<${IssueList} issues=${issues} select=${select} close=${() => setListed(false)} />`}
      ${editor.canEdit && html`<${ElsewhereNotice} reload=${reload} />`}
      <div class="save-line">
        ${children}
        <div class="save-state">
          <${DraftState} connection=${connection} changed=${changed} />
          ${isFromList && !changed && html`<a href=${href("/connections/{c}/students", { c }, { list: "held" })}>${BAR.backToList}</a>`}
          <${IssuesButton} issues=${issues} select=${select} listed=${listed} setListed=${setListed} />
        </div>
        ${editor.canEdit &&
        html`<div class="save-buttons">
          <${Button} disabled=${past.length === 0} onClick=${() => undo(editor)}>${BAR.undo}<//>
          <${SaveButton} busy=${saving.busy} disabled=${!changed} onClick=${() => saving.run()}>${BAR.save}<//>
        </div>`}
      </div>
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
