// The fields of a file in the order of its columns, and a button to add one.

import { focusSoon } from "../../../lib/focus.js";
import { html, useCallback, useEffect, useMemo, useRef } from "../../../lib/html.js";
import { useSelected, useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { NEW_FIELD, insertField, newId } from "../draft.js";
import { useEditor } from "../editor.js";
import { FIELD } from "../labels.js";
import { FieldRow } from "./field_row.js";
import { FieldText } from "./field_text.js";
import { RowTools } from "./row_tools.js";
import { clearFilter, filter, isFiltered, selection, useShown } from "./rows_shown.js";
import { LIST, ROW, TOOLS } from "./words.js";

const NONE = [];
const SHORT = 3; // a list that needs no search

const COLUMNS = [FIELD.from, FIELD.mapping_type, FIELD.to, ROW.mapped];

function leaveTools() {
  clearFilter();
  selection.set(null);
}

export function FieldList({ id, row, busy }) {
  const editor = useEditor();
  const fields = useSelected(editor.draft, (draft) => draft.files[id]?.fields ?? NONE);
  const shown = useShown(editor, fields);
  const hasTools = isFiltered(useStore(filter)) || fields.length > SHORT;
  useEffect(() => leaveTools, []); // for another file
  const add = useCallback(() => {
    const fieldId = newId();
    clearFilter();
    editor.update((draft) => insertField(draft, id, fieldId, NEW_FIELD, draft.files[id].fields.length));
    announce(LIST.added(editor.draft.get().files[id].fields.length));
    focusSoon(`#row-${fieldId} .from`);
  }, [id]);
  const Row = editor.canEdit ? FieldRow : FieldText;
  const drawn = useRef(new Map()); // the same element as before is not rendered again: a search leaves the other rows alone
  const rows = useMemo(() => {
    const before = drawn.current;
    drawn.current = new Map();
    const indexes = new Map(fields.map((one, index) => [one, index]));
    for (const one of shown) {
      const key = JSON.stringify([one, id, indexes.get(one), row]);
      drawn.current.set(key, before.get(key) ?? html`<${Row} key=${one} id=${one} file=${id} index=${indexes.get(one)} row=${row} />`);
    }
    return html`<ol class="plain">${[...drawn.current.values()]}</ol>`;
  }, [fields, shown, id, row]);
  return html`<section class="fields ${busy ? "asking" : ""}" aria-label=${LIST.label}>
    ${hasTools && html`<${RowTools} file=${id} fields=${fields} shown=${shown} />`}
    <div class="field-head" aria-hidden="true">
      <span></span>
      ${COLUMNS.map((column) => html`<span key=${column}>${column}</span>`)}
      <span></span>
    </div>
    ${rows}
    ${fields.length === 0 && html`<p class="muted no-fields">${LIST.empty}</p>`}
    ${fields.length > 0 && shown.length === 0 && html`<p class="muted no-fields">${TOOLS.noneShown}</p>`}
    ${editor.canEdit && html`<div class="add-field"><${Button} icon="plus" onClick=${add}>${LIST.add}<//></div>`}
  </section>`;
}
