// The mapping as YAML: export for a repository or another connection, and import.

import { call, pathOf, post } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { announce, toast } from "../../components/announce.js";
import { Button, ButtonLink } from "../../components/button.js";
import { toClipboard } from "../../components/copyable.js";
import { Dialog } from "../../components/dialog.js";
import { Field, TextArea } from "../../components/fields.js";
import { ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { definitionOf, draftOf } from "./draft.js";
import { useEditor } from "./editor.js";
import { errorInWords } from "./preview/problem_text.js";

export function ExportYaml({ c, onClose }) {
  const editor = useEditor();
  const { data, error, reload } = useData(
    (options) => post(pathOf(c, "mapping", "convert"), definitionOf(editor.draft.get()), options),
    [c],
  );
  const hasMistakes = error?.status === 400;
  const copying = useAction(async () => {
    await toClipboard(data.yaml);
    toast("The YAML was copied.");
  });
  const actions = html`<${Button} onClick=${onClose}>Close<//>
    ${data && html`<${Button} icon="copy" busy=${copying.busy} onClick=${() => copying.run()}>Copy<//><${Download} c=${c} text=${data.yaml} />`}`;
  return html`<${Dialog} title="Export as YAML" onClose=${onClose} actions=${actions} wide>
    <p>The mapping as it is in the editor. It can be kept in a repository, and imported into another connection.</p>
    ${!data && !error && html`<${Loading} />`}
    ${data && html`<${TextArea} label="YAML" rows="16" class="yaml" readonly value=${data.yaml} onInput=${() => {}} />`}
    ${error && !hasMistakes && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    <${ErrorNotice} error=${hasMistakes && errorInWords(error, editor.draft.get())} title="Mend these first" />
    <${ErrorNotice} error=${copying.error} />
  <//>`;
}

function Download({ c, text }) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text]);
  return url && html`<${ButtonLink} kind="primary" icon="download" href=${url} download=${`${c}.yaml`}>Download<//>`;
}

export function ImportYaml({ c, onClose }) {
  const editor = useEditor();
  const [text, setText] = useState("");
  const reading = useAction(async () => {
    const headers = { "Content-Type": "application/yaml" };
    const { mapping } = await call("POST", pathOf(c, "mapping", "convert"), { body: text, headers });
    editor.update(() => draftOf(mapping));
    announce("The mapping is in the editor. Look at the mapped values, then save.");
    onClose();
    focusSoon(".field-mapping [role=tab][aria-selected=true]");
  });
  const choose = async (event) => setText((await event.target.files[0]?.text()) ?? text);
  const actions = html`<${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind="primary" busy=${reading.busy} disabled=${!text.trim()} onClick=${() => reading.run()}>Put it into the editor<//>`;
  return html`<${Dialog} title="Import YAML" onClose=${onClose} actions=${actions} wide>
    <p>It takes the place of what is in the editor, and is not saved by this; Undo brings yours back.</p>
    <${Field} label="From a file">
      ${(fieldProps) => html`<input type="file" accept=".yaml,.yml,.json,text/plain" ...${fieldProps} onChange=${choose} />`}
    <//>
    <${TextArea} label="YAML" rows="12" class="yaml" value=${text} onInput=${setText} />
    <${ErrorNotice} error=${reading.error} title="Nothing was taken over" asWritten />
  <//>`;
}
