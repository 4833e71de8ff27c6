// What is saved: the version that exports use, and the person's draft.

import { get, pathOf } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { html, useState } from "../../../lib/html.js";
import { useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { ConfirmDialog } from "../../../components/dialog.js";
import { Sentence } from "../../../components/sentence.js";
import { Notice } from "../../../components/states.js";
import { Time } from "../../../components/time.js";
import { draftOf } from "../draft.js";
import { useEditor } from "../editor.js";
import { definitionOnly } from "./conflict_dialog.js";
import { aligned } from "./merge.js";
import { BAR } from "./words.js";

export function DraftState({ connection, changed }) {
  const editor = useEditor();
  const { version, saved_by, saved_at } = useStore(editor.base);
  const stored = useStore(editor.stored);
  const zone = connection.time_zone;
  if (changed)
    return html`<strong>${{
        stored: html`${BAR.draftSaved}${" "}<${Time} at=${stored.saved_at} zone=${zone} inside />`,
        failed: BAR.draftFailed,
        refused: html`<${Sentence} text=${BAR.draftRefused(stored.message)} />`,
        elsewhere: BAR.draftElsewhere,
      }[stored.state] ?? BAR.draftSaving}</strong>
      <span class="muted exports-use">${BAR.exportsUse(version)}</span>
      <${Discard} c=${connection.connection_id} />`;
  if (!version) return html`<span class="muted">${BAR.neverSaved}</span>`;
  return html`<span class="muted">${BAR.version(version, saved_by)}${" "}<${Time} at=${saved_at} zone=${zone} inside /></span>`;
}

// Returns to the latest version; Undo brings the draft back.
function Discard({ c }) {
  const editor = useEditor();
  const { version } = useStore(editor.base);
  const [asking, setAsking] = useState(false);
  const discarding = useAction(async () => {
    if (version) {
      const saved = await get(pathOf(c, "mapping"));
      editor.join(saved, aligned(editor.base.get().draft, definitionOnly(saved)));
    } else editor.update(() => draftOf({}));
    announce(BAR.discarded);
    setAsking(false);
  });
  return html`<button type="button" class="link" onClick=${() => setAsking(true)}>${BAR.discard}</button>
    ${asking &&
    html`<${ConfirmDialog} title=${BAR.discardTitle} confirm=${BAR.discard} danger action=${discarding} onClose=${() => setAsking(false)}>
      <p>${BAR.discardNote(version)}</p>
    <//>`}`;
}

// The same person changed the draft in another window, which this window must not overwrite silently.
export function ElsewhereNotice({ reload }) {
  const editor = useEditor();
  const { state } = useStore(editor.stored);
  if (state !== "elsewhere") return null;
  return html`<${Notice} tone="warn" title=${BAR.elsewhereTitle}>
    <p>${BAR.elsewhereNote}</p>
    <p class="row">
      <${Button} onClick=${reload}>${BAR.loadOther}<//>
      <${Button} onClick=${() => editor.stored.set({ state: "waiting", saved_at: null, message: "" })}>${BAR.keepThis}<//>
    </p>
  <//>`;
}
