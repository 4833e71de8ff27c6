// Starts a mapping: from a ready-made one, from YAML, or from an empty file.

import { get } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { draftOf } from "./draft.js";
import { useEditor } from "./editor.js";
import { CopyDialog } from "./saving/copy_dialog.js";
import { ImportYaml } from "./yaml_dialogs.js";

export function Start({ c, onNewFile, onFromCsv, onStarted }) {
  const editor = useEditor();
  const [importing, setImporting] = useState(false);
  const [copying, setCopying] = useState(false);
  if (!editor.canEdit)
    return html`<${EmptyState} title="There is no mapping yet">
      <p>People with Full Access to this district may write one.</p>
    <//>`;
  const list = html`<${ReadyMade} onStarted=${onStarted} />`;
  if (!onNewFile) return list;
  return html`<section class="start" aria-label="Start a mapping">
    <h2>There is no mapping yet</h2>
    <p class="muted">Add a file, or start from a ready-made mapping below. Nothing is saved before you press Save.</p>
    <div class="start-others">
      <${Button} icon="plus" onClick=${onNewFile}>New File<//>
      <${Button} onClick=${onFromCsv}>New File from a CSV<//>
      <${Button} onClick=${() => setImporting(true)}>Import YAML<//>
      <${Button} onClick=${() => setCopying(true)}>Copy from another connection<//>
    </div>
    ${list}
    ${copying && html`<${CopyDialog} c=${c} onClose=${() => setCopying(false)} />`}
    ${importing && html`<${ImportYaml} c=${c} onClose=${() => setImporting(false)} />`}
  </section>`;
}

// A title is the mapping's name, and often its specialty after a colon.
const nameOf = ({ title }) => title.split(": ")[0];

function About({ mapping }) {
  const special = mapping.title.slice(nameOf(mapping).length + 2);
  return html`<div class="stack">
    <div>
      <h3>${nameOf(mapping)}</h3>
      ${special && html`<p class="muted">${special[0].toUpperCase()}${special.slice(1)}.</p>`}
    </div>
    <details>
      <summary>All about this mapping</summary>
      <p class="muted about-mapping">${mapping.description}</p>
    </details>
  </div>`;
}

function ReadyMade({ onStarted }) {
  const editor = useEditor();
  const { data, error, reload } = useData((options) => get("mappings", options), []);
  const starting = useAction(async (one) => {
    const { mapping } = await get(`mappings/${encodeURIComponent(one.name)}`);
    editor.update(() => draftOf(mapping));
    announce(`${one.title} is in the editor. Look at the mapped values, then save.`);
    onStarted?.();
    focusSoon(".field-mapping [role=tab][aria-selected=true]");
  });
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  return html`<ul class="plain ready-made">
      ${data.items.map(
        (one) => html`<li key=${one.name}>
          <${About} mapping=${one} />
          <${Button} busy=${starting.busy} aria-label=${`Start with ${nameOf(one)}`} onClick=${() => starting.run(one)}>Start with this<//>
        </li>`,
      )}
    </ul>
    <${ErrorNotice} error=${starting.error} />`;
}
