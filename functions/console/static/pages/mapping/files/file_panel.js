// One file: its settings, its fields, and its raw lines for the example student.

import { html, useEffect, useState } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { useEditor } from "../editor.js";
import { FieldList } from "../fields/field_list.js";
import { RawLines } from "../preview/raw_lines.js";
import { FileMenu } from "./file_menu.js";
import { FileSettings } from "./file_settings.js";
import { FileSettingsText } from "./file_settings_text.js";

const NONE = [];

export function FilePanel({ id, select, busy }) {
  const editor = useEditor();
  const rows = useSelected(editor.preview, (preview) => preview.files[id] ?? NONE);
  const [row, setRow] = useState(0);
  useEffect(() => {
    if (row >= rows.length) setRow(0);
  }, [rows]);
  const settings = editor.canEdit
    ? html`<${FileSettings} id=${id} menu=${html`<${FileMenu} id=${id} select=${select} />`} />`
    : html`<${FileSettingsText} id=${id} />`;
  return html`<div class="file-panel">
    ${settings}
    <${FieldList} id=${id} row=${row} busy=${busy} />
    <${RawLines} id=${id} rows=${rows} row=${row} setRow=${setRow} />
  </div>`;
}
