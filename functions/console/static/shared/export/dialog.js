// Export Students: a preview shows what would be sent and replaced, then the export is followed to its end.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { useIsUnsaved } from "../../lib/router.js";
import { followRun, phaseOf, rowsOf } from "../../lib/runs.js";
import { announce } from "../../components/announce.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNotice, Notice, Progress } from "../../components/states.js";
import { atRisk } from "../replaced_files.js";
import { sentenceOf } from "../run_sentence.js";
import { REQUESTED, useRequestedRun } from "../use_run.js";
import { Choice, TOGETHER, WAIT } from "./choice.js";
import { ExportResult, Preview, hasFiles } from "./result.js";
import { CHOICE, EXPORT } from "./words.js";

export function ExportDialog({ connection, onRequested, onClose }) {
  const c = connection.connection_id;
  const isUnsaved = useIsUnsaved();
  const [choice, setChoice] = useState(null); // where a file may not be imported yet
  const { preview, previewing, isShown, options } = usePreview(c, choice === TOGETHER);
  const exporting = useRequestedRun(c, onRequested);
  const { run } = exporting;
  const ready = preview && hasFiles(preview);
  const risky = useRisky(connection, preview, ready);
  const waits = choice === WAIT;
  const ended = run && !exporting.busy;
  const to = ended && href("/connections/{c}/runs/{run}", { c, run: run.run_id });
  const isDisabled = previewing.busy || !isShown || (risky.files.length > 0 && choice === null);
  const actions = html`<${Button} onClick=${onClose}>${run || exporting.busy || (preview && !ready) ? EXPORT.close : EXPORT.cancel}<//>
    ${to && html`<${ButtonLink} kind="primary" href=${to} onClick=${onClose}>${EXPORT.openRun}<//>`}
    ${!run && ready && waits && html`<${Button} kind="primary" onClick=${onClose}>${CHOICE.dontSend}<//>`}
    ${!run &&
    ready &&
    !waits &&
    html`<${Button} kind="primary" busy=${exporting.busy} disabled=${isDisabled} onClick=${() => exporting.start(pathOf(c, "exports"), options)}>
      ${EXPORT.button(rowsOf(preview))}
    <//>`}`;
  return html`<${Dialog} title=${EXPORT.title} onClose=${onClose} actions=${actions} wide>
    <p class="muted">${connection.name}</p>
    ${isUnsaved && !run && html`<${Notice} tone="warn"><p>${EXPORT.unsaved}</p><//>`}
    ${previewing.busy && html`<${Progress} label=${EXPORT.checking} />`}
    ${!run && preview && html`<${Preview} run=${preview} connection=${connection} />`}
    ${!run && ready && risky.files.length > 0 && html`<${Choice} connection=${connection} risky=${risky.files} ready=${risky.ready} value=${choice} onInput=${setChoice} />`}
    ${exporting.busy && html`<${Progress} label=${phaseOf(run ?? REQUESTED)} /><p class="hint">${EXPORT.mayClose}</p>`}
    ${ended && !exporting.error && html`<${ExportResult} run=${run} />`}
    <${ErrorNotice} error=${previewing.error ?? exporting.error} />
  <//>`;
}

// A preview of what is ready, and again whenever `together` changes: with the students not yet collected.
function usePreview(c, together) {
  const [preview, setPreview] = useState(null);
  const control = useRef(new AbortController());
  const { signal } = control.current;
  const options = together ? { carry_over: true } : {};
  const previewing = useAction(async () => {
    const { run_id } = await post(pathOf(c, "exports"), { dry_run: true, ...options }, { signal });
    const found = await followRun(c, run_id, { signal });
    setPreview(found);
    announce(sentenceOf(found));
  });
  useEffect(() => () => control.current.abort(), []);
  const isShown = preview?.carry_over === together;
  useEffect(() => {
    if (!isShown && !previewing.busy && !previewing.error) previewing.run();
  }, [isShown, previewing.busy]);
  return { preview, previewing, isShown, options };
}

// The files at risk and the rows that are ready, by the first preview: a further one has those students, too.
function useRisky(connection, preview, ready) {
  const found = useRef(null);
  if (ready && !found.current) found.current = { files: atRisk(connection, preview), ready: rowsOf(preview) };
  return found.current ?? { files: [], ready: 0 };
}
