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
import { YAML } from "./words.js";

export function ExportYaml({ c, onClose }) {
  const editor = useEditor();
  const { data, error, reload } = useData(
    (options) => post(pathOf(c, "mapping", "convert"), definitionOf(editor.draft.get()), options),
    [c],
  );
  const hasMistakes = error?.status === 400;
  const copying = useAction(async () => {
    await toClipboard(data.yaml);
    toast(YAML.copied);
  });
  const actions = html`<${Button} onClick=${onClose}>${YAML.close}<//>
    ${data && html`<${Button} icon="copy" busy=${copying.busy} onClick=${() => copying.run()}>${YAML.copy}<//><${Download} c=${c} text=${data.yaml} />`}`;
  return html`<${Dialog} title=${YAML.exportTitle} onClose=${onClose} actions=${actions} wide>
    <p>${YAML.exportNote}</p>
    ${!data && !error && html`<${Loading} />`}
    ${data && html`<${TextArea} label=${YAML.text} rows="16" class="yaml" readonly value=${data.yaml} onInput=${() => {}} />`}
    ${error && !hasMistakes && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    <${ErrorNotice} error=${hasMistakes && errorInWords(error, editor.draft.get())} title=${YAML.fixFirst} />
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
  return url && html`<${ButtonLink} kind="primary" icon="download" href=${url} download=${`${c}.yaml`}>${YAML.download}<//>`;
}

export function ImportYaml({ c, onClose }) {
  const editor = useEditor();
  const [text, setText] = useState("");
  const reading = useAction(async () => {
    const headers = { "Content-Type": "application/yaml" };
    const { mapping } = await call("POST", pathOf(c, "mapping", "convert"), { body: text, headers });
    editor.update(() => draftOf(mapping));
    announce(YAML.loaded);
    onClose();
    focusSoon(".field-mapping [role=tab][aria-selected=true]");
  });
  const choose = async (event) => setText((await event.target.files[0]?.text()) ?? text);
  const actions = html`<${Button} onClick=${onClose}>${YAML.cancel}<//>
    <${Button} kind="primary" busy=${reading.busy} disabled=${!text.trim()} onClick=${() => reading.run()}>${YAML.load}<//>`;
  return html`<${Dialog} title=${YAML.importTitle} onClose=${onClose} actions=${actions} wide>
    <p>${YAML.importNote}</p>
    <${Field} label=${YAML.file}>
      ${(fieldProps) => html`<input type="file" accept=".yaml,.yml,.json,text/plain" ...${fieldProps} onChange=${choose} />`}
    <//>
    <${TextArea} label=${YAML.text} rows="12" class="yaml" value=${text} onInput=${setText} />
    <${ErrorNotice} error=${reading.error} title=${YAML.notLoaded} asWritten />
  <//>`;
}
