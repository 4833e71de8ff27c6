// Search among the rows of a file, and actions on several of them.

import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Checkbox, TextField } from "../../../components/fields.js";
import { removeFields } from "../draft.js";
import { useEditor } from "../editor.js";
import { MoveDialog } from "./move_dialog.js";
import { setOpen, useAreAnyOpen } from "./open_rows.js";
import { clearFilter, filter, isFiltered, select, selection } from "./rows_shown.js";
import { TOOLS } from "./words.js";

export function RowTools({ file, fields, shown }) {
  const editor = useEditor();
  const wanted = useStore(filter);
  const selected = useStore(selection);
  const areOpen = useAreAnyOpen(fields);
  return html`<div class="row-tools" role="group" aria-label=${TOOLS.label}>
    <${TextField} label=${TOOLS.search} hideLabel placeholder=${TOOLS.search} title=${TOOLS.searchHint} value=${wanted.words} onInput=${(words) => filter.set({ ...wanted, words })} />
    <${Checkbox} label=${TOOLS.onlyIssues} checked=${wanted.onlyIssues} onInput=${(onlyIssues) => filter.set({ ...wanted, onlyIssues })} />
    ${isFiltered(wanted) && html`<span class="muted" role="status">${TOOLS.shown(shown.length, fields.length)}</span>
      <${Button} kind="quiet" onClick=${clearFilter}>${TOOLS.clear}<//>`}
    <${Button} kind="quiet" disabled=${!areOpen} onClick=${() => setOpen(fields, false)}>${TOOLS.collapse}<//>
    ${editor.canEdit && !selected && html`<${Button} kind="quiet" onClick=${() => selection.set(new Set())}>${TOOLS.select}<//>`}
    ${editor.canEdit && selected && html`<${Selected} file=${file} ids=${new Set(fields.filter((id) => selected.has(id)))} shown=${shown} />`}
  </div>`;
}

function Selected({ file, ids, shown }) {
  const editor = useEditor();
  const [moving, setMoving] = useState(false);
  const remove = () => {
    editor.update((draft) => removeFields(draft, file, ids));
    announce(TOOLS.removed(ids.size));
    selection.set(new Set());
  };
  const none = ids.size === 0;
  const done = () => {
    selection.set(null);
    focusSoon(".row-tools");
  };
  return html`<span role="status">${TOOLS.selected(ids.size)}</span>
    <${Button} kind="quiet" onClick=${() => select(shown, true)}>${TOOLS.selectAll}<//>
    <${Button} kind="quiet" disabled=${none} onClick=${() => setMoving(true)}>${TOOLS.move}<//>
    <${Button} kind="quiet" disabled=${none} onClick=${remove}>${TOOLS.remove}<//>
    <${Button} kind="quiet" onClick=${done}>${TOOLS.done}<//>
    ${moving && html`<${MoveDialog} file=${file} ids=${ids} onClose=${() => setMoving(false)} />`}`;
}
