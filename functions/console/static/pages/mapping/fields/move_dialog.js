// Moves fields to a position of the file.

import { html, useState } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { TextField } from "../../../components/fields.js";
import { placeFields } from "../draft.js";
import { useEditor } from "../editor.js";
import { MOVE, TOOLS } from "./words.js";

// ids: a Set of fields of the file.
export function MoveDialog({ file, ids, onClose }) {
  const editor = useEditor();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const last = editor.draft.get().files[file].fields.length - ids.size + 1;
  const move = (event) => {
    event.preventDefault();
    const position = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
    if (position < 1 || position > last) return setProblem(MOVE.wrong(last));
    editor.update((draft) => placeFields(draft, file, ids, position - 1));
    announce(TOOLS.moved(ids.size, position));
    return onClose();
  };
  const actions = html`<${Button} onClick=${onClose}>${MOVE.cancel}<//>
    <${Button} kind="primary" onClick=${move}>${MOVE.move}<//>`;
  return html`<${Dialog} title=${MOVE.title(ids.size)} onClose=${onClose} actions=${actions}>
    <form onSubmit=${move}>
      <${TextField} label=${MOVE.position} hint=${MOVE.hint(last)} inputmode="numeric" value=${text} onInput=${setText} problem=${problem} />
    </form>
  <//>`;
}
