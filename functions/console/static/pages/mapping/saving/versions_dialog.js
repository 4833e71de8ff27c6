// Older versions of the mapping: who saved them, what differs, and restoring one.

import { call, get, pathOf } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { focusSoon } from "../../../lib/focus.js";
import { html, useEffect, useState } from "../../../lib/html.js";
import { useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { ErrorNotice, ErrorState, Loading, Notice } from "../../../components/states.js";
import { Time } from "../../../components/time.js";
import { useEditor, useIsChanged } from "../editor.js";
import { differences } from "./changes.js";
import { definitionOnly } from "./conflict_dialog.js";
import { Differences } from "./differences.js";
import { aligned } from "./merge.js";
import { VERSIONS } from "./words.js";

export function VersionsDialog({ connection, onClose }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const base = useStore(editor.base);
  const changed = useIsChanged(editor);
  const [page, setPage] = useState({ items: [], next: null, loaded: false });
  const reading = useAction(async (before) => {
    const { items, next } = await get(pathOf(c, "mapping", "versions"), { query: { before } });
    setPage((shown) => ({ items: [...shown.items, ...items], next, loaded: true }));
    if (before) focusSoon(`#version-${items[0].version}`);
  });
  useEffect(() => {
    reading.run();
  }, []);
  return html`<${Dialog} title=${VERSIONS.title} onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>${VERSIONS.close}<//>`} wide>
    ${changed && html`<${Notice} tone="warn"><p>${VERSIONS.loseUnsaved}</p><//>`}
    ${!page.loaded && !reading.error && html`<${Loading} />`}
    ${!page.loaded && reading.error && html`<${ErrorState} error=${reading.error} onRetry=${() => reading.run()} />`}
    <ol class="plain versions" aria-label=${VERSIONS.list}>
      ${page.items.map(
        (one) => html`<${Version} key=${one.version} connection=${connection} version=${one} base=${base} onTaken=${onClose} />`,
      )}
    </ol>
    <${ErrorNotice} error=${page.loaded && reading.error} />
    ${page.next !== null && html`<${Button} busy=${reading.busy} onClick=${() => reading.run(page.next)}>${VERSIONS.showMore}<//>`}
  <//>`;
}

function Version({ connection, version: { version, saved_by, saved_at }, base, onTaken }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const [found, setFound] = useState(null);
  const comparing = useAction(async () => {
    const saved = await get(pathOf(c, "mapping", "versions", version));
    setFound(differences(base.draft, aligned(base.draft, definitionOnly(saved))));
  });
  const taking = useAction(async () => {
    const headers = { "If-Match": `"${base.version}"` };
    const saved = await call("POST", pathOf(c, "mapping", "versions", version, "restore"), { body: {}, headers }).catch((error) => {
      throw error.status === 412 ? new Error(VERSIONS.meanwhile) : error;
    });
    editor.settle(saved);
    announce(VERSIONS.restored(version, saved.version));
    onTaken();
  });
  const isCurrent = version === base.version;
  return html`<li>
    <article id=${`version-${version}`}>
      <div class="apart">
        <div>
          <h3>${VERSIONS.name(version, isCurrent)}</h3>
          <p class="muted">${saved_by}, <${Time} at=${saved_at} zone=${connection.time_zone} inside /></p>
        </div>
        ${!isCurrent && !found && html`<${Button} busy=${comparing.busy} aria-label=${VERSIONS.compareName(version)} onClick=${() => comparing.run()}>${VERSIONS.compare}<//>`}
        ${!isCurrent && found && editor.canEdit && html`<${Button} kind="primary" busy=${taking.busy} aria-label=${VERSIONS.restoreName(version)} onClick=${() => taking.run()}>${VERSIONS.restore}<//>`}
      </div>
      ${found && html`<p>${VERSIONS.differences}</p><${Differences} found=${found} none=${VERSIONS.same} />`}
      <${ErrorNotice} error=${comparing.error ?? taking.error} />
    </article>
  </li>`;
}
