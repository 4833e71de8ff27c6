// The fields of a file in the order of its columns, and a button to add one.

import { focusSoon } from "../../../lib/focus.js";
import { html, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "../../../lib/html.js";
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
  const list = useRef(null);
  const drawn = useRef(new Map()); // by what the row is called with: the same element is not rendered again
  // Each row observes its own field. A search hides rows without rendering, because to draw two hundred again takes
  // seconds.
  const rows = useMemo(() => {
    const before = drawn.current;
    drawn.current = new Map(
      fields.map((one, index) => {
        const key = `${one} ${index} ${row}`;
        return [key, before.get(key) ?? html`<${Row} key=${one} id=${one} file=${id} index=${index} row=${row} />`];
      }),
    );
    return html`<ol class="plain" ref=${list}>${[...drawn.current.values()]}</ol>`;
  }, [fields, id, row]);
  useLayoutEffect(() => {
    const found = new Set(shown.map((one) => `row-${one}`));
    for (const item of list.current.children) item.hidden = !found.has(item.id);
  }, [shown]);
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
