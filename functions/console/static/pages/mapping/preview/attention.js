// How many of all synced students would need attention, and because of which field: asked for by a button, as it
// maps up to 2,000 students. Shown at a row until somebody changes it.

import { pathOf, post } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { html } from "../../../lib/html.js";
import { useSelected, useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { ErrorNotice } from "../../../components/states.js";
import { definitionOf, idsByIndex } from "../draft.js";
import { useEditor } from "../editor.js";
import { EVERYONE } from "./words.js";

export function CheckEveryone({ c }) {
  const editor = useEditor();
  const found = useStore(editor.attention);
  const draft = useStore(editor.draft);
  const checking = useAction(async () => {
    const asked = editor.draft.get();
    const body = { mapping: definitionOf(asked), student_ids: [], unfinished: true, everyone: true };
    const { everyone } = await post(pathOf(c, "mapping", "preview"), body);
    editor.attention.set({ ...everyone, draft: asked, byId: studentsById(everyone.fields, idsByIndex(asked)) });
    announce(EVERYONE.found(everyone));
  });
  return html`<div class="check-everyone">
    <${Button} busy=${checking.busy} onClick=${() => checking.run()}>${EVERYONE.check}<//>
    ${found && html`<span class="hint">${EVERYONE.found(found)} ${found.draft !== draft && EVERYONE.changed}</span>`}
    <${ErrorNotice} error=${checking.error} />
  </div>`;
}

// {id of a field, or of a file for its rows as a whole: students}
function studentsById(fields, ids) {
  const idOf = ({ file, field }) => (field === null ? ids[file].id : ids[file].fields[field]);
  return Object.fromEntries(fields.map((one) => [idOf(one), one.students]));
}

export function AttentionOfField({ id }) {
  const editor = useEditor();
  const found = useStore(editor.attention);
  const field = useSelected(editor.draft, (draft) => draft.fields[id]);
  const students = found?.byId[id];
  if (!students || found.draft.fields[id] !== field) return null;
  return html`<p class="held">${EVERYONE.ofField(students, found.looked_at)}</p>`;
}
