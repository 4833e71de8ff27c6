// The fields of a file in the order of its columns, and a button to add one.

import { focusSoon } from "../../../lib/focus.js";
import { html, useCallback, useMemo } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { NEW_FIELD, insertField, newId } from "../draft.js";
import { useEditor } from "../editor.js";
import { FIELD } from "../labels.js";
import { FieldRow } from "./field_row.js";
import { FieldText } from "./field_text.js";

const NONE = [];

const COLUMNS = [FIELD.from, FIELD.mapping_type, FIELD.to, "Mapped Value"];

export function FieldList({ id, row, busy }) {
  const editor = useEditor();
  const fields = useSelected(editor.draft, (draft) => draft.files[id]?.fields ?? NONE);
  const add = useCallback(() => {
    const fieldId = newId();
    editor.update((draft) => insertField(draft, id, fieldId, NEW_FIELD, draft.files[id].fields.length));
    announce(`Field ${editor.draft.get().files[id].fields.length} was added.`);
    focusSoon(`#row-${fieldId} .from`);
  }, [id]);
  const Row = editor.canEdit ? FieldRow : FieldText;
  // The list does not render again if it is the same; each row observes its own field.
  const rows = useMemo(
    () => html`<ol class="plain">
      ${fields.map((one, index) => html`<${Row} key=${one} id=${one} file=${id} index=${index} row=${row} />`)}
    </ol>`,
    [fields, id, row],
  );
  return html`<section class="fields ${busy ? "asking" : ""}" aria-label="Fields">
    <div class="field-head" aria-hidden="true">
      <span></span>
      ${COLUMNS.map((column) => html`<span key=${column}>${column}</span>`)}
      <span></span>
    </div>
    ${rows}
    ${fields.length === 0 && html`<p class="muted no-fields">No field is mapped yet.</p>`}
    ${editor.canEdit && html`<div class="add-field"><${Button} icon="plus" onClick=${add}>Add Field<//></div>`}
  </section>`;
}
