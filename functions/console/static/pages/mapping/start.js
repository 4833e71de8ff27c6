// Starts a mapping: with a new file, from a template, from YAML, or from another connection.

import { get } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { draftOf } from "./draft.js";
import { useEditor } from "./editor.js";
import { START } from "./files/words.js";
import { CopyDialog } from "./saving/copy_dialog.js";
import { ImportYaml } from "./yaml_dialogs.js";

export function Start({ connection, onNewFile, onFromCsv, onStarted }) {
  const editor = useEditor();
  const c = connection.connection_id;
  const [importing, setImporting] = useState(false);
  const [copying, setCopying] = useState(false);
  if (!editor.canEdit)
    return html`<${EmptyState} title=${START.title}>
      <p>${START.readOnly}</p>
    <//>`;
  const list = html`<${Templates} connection=${connection} onStarted=${onStarted} />`;
  if (!onNewFile) return list;
  return html`<section class="start" aria-label=${START.label}>
    <h2>${START.title}</h2>
    <p class="muted">${START.lead}</p>
    <div class="start-others">
      <${Button} kind="primary" icon="plus" onClick=${onNewFile}>${START.newFile}<//>
      <${Button} onClick=${onFromCsv}>${START.fromCsv}<//>
      <${Button} onClick=${() => setCopying(true)}>${START.copy}<//>
      <${Button} onClick=${() => setImporting(true)}>${START.importYaml}<//>
    </div>
    <h2>${START.templates}</h2>
    ${list}
    ${copying && html`<${CopyDialog} c=${c} onClose=${() => setCopying(false)} />`}
    ${importing && html`<${ImportYaml} c=${c} onClose=${() => setImporting(false)} />`}
  </section>`;
}

// A title is the template's name, and often its specialty after a colon.
const nameOf = ({ title }) => title.split(": ")[0];

function About({ mapping, fits }) {
  const special = mapping.title.slice(nameOf(mapping).length + 2);
  return html`<div class="stack">
    <div>
      <h3>${nameOf(mapping)} ${fits && html`<${Badge} tone="good">${START.fits}<//>`}</h3>
      ${special && html`<p class="muted">${special[0].toUpperCase()}${special.slice(1)}.</p>`}
    </div>
    <details>
      <summary>${START.about}</summary>
      <p class="muted about-mapping">${mapping.description}</p>
    </details>
  </div>`;
}

// Whether the connection's name has the SIS of the template, which is the first word of its title.
function fitsTo({ name = "", connection_id }, mapping) {
  const words = `${name} ${connection_id}`.toLowerCase().split(/[^a-z]+/);
  return words.includes(mapping.title.toLowerCase().split(/[^a-z]+/)[0]);
}

function Templates({ connection, onStarted }) {
  const editor = useEditor();
  const { data, error, reload } = useData((options) => get("mappings", options), []);
  const starting = useAction(async (one) => {
    const { mapping } = await get(`mappings/${encodeURIComponent(one.name)}`);
    editor.update(() => draftOf(mapping));
    announce(START.used(one.title));
    onStarted?.();
    focusSoon(".field-mapping [role=tab][aria-selected=true]");
  });
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const ranked = data.items.map((mapping) => ({ mapping, fits: fitsTo(connection, mapping) })).sort((a, b) => Number(b.fits) - Number(a.fits));
  return html`<ul class="plain ready-made">
      ${ranked.map(
        ({ mapping, fits }) => html`<li key=${mapping.name}>
          <${About} mapping=${mapping} fits=${fits} />
          <${Button} busy=${starting.busy} aria-label=${START.useNamed(nameOf(mapping))} onClick=${() => starting.run(mapping)}>${START.use}<//>
        </li>`,
      )}
    </ul>
    <${ErrorNotice} error=${starting.error} />`;
}
