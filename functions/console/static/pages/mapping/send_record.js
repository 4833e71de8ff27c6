// Send Record for the student in the preview; it uses the saved mapping.

import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { useStore } from "../../lib/store.js";
import { Button } from "../../components/button.js";
import { SendRecordDialog } from "../send_record/dialog.js";
import { useEditor, useIsChanged } from "./editor.js";
import { SEND_RECORD } from "./words.js";

export function SendRecord({ connection, student }) {
  const editor = useEditor();
  const { canRun } = usePerson();
  const { version } = useStore(editor.base);
  const changed = useIsChanged(editor);
  const [open, setOpen] = useState(false);
  if (!canRun || version === 0) return null;
  return html`<${Button} onClick=${() => setOpen(true)}>${SEND_RECORD.button}<//>
    ${changed && html`<span class="hint">${SEND_RECORD.bySaved(version)}</span>`}
    ${open && html`<${SendRecordDialog} connection=${connection} student_id=${student} onClose=${() => setOpen(false)} />`}`;
}
