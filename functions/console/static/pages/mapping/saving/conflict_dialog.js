// Another person saved meanwhile: shows the differences, and takes theirs or keeps mine on top of theirs.

import { get, pathOf } from "../../../lib/api.js";
import { useData } from "../../../lib/data.js";
import { html } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { ErrorState, Loading } from "../../../components/states.js";
import { Time } from "../../../components/time.js";
import { useEditor } from "../editor.js";
import { differences } from "./changes.js";
import { Differences } from "./differences.js";
import { aligned, merged, replaced } from "./merge.js";
import { CONFLICT } from "./words.js";

// `onKeep` saves the draft: mine on top of theirs.
export function ConflictDialog({ connection, onKeep, onClose }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const { data: saved, error, reload } = useData((options) => get(pathOf(c, "mapping"), options), [c]);
  const base = editor.base.get();
  const mine = editor.draft.get();
  const theirs = saved && aligned(base.draft, definitionOnly(saved));
  const takeTheirs = () => {
    editor.join(saved, theirs);
    announce(CONFLICT.theirsLoaded(saved.version, saved.saved_by));
    onClose();
  };
  const keepMine = () => {
    editor.join(saved, theirs, merged(base.draft, mine, theirs));
    onClose();
    onKeep();
  };
  const actions = html`<${Button} onClick=${onClose}>${CONFLICT.keepEditing}<//>
    ${saved &&
    html`<${Button} onClick=${takeTheirs}>${CONFLICT.discardMine}<//>
      <${Button} kind="primary" onClick=${keepMine}>${CONFLICT.saveBoth}<//>`}`;
  return html`<${Dialog} title=${CONFLICT.title} onClose=${onClose} actions=${actions} wide>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!saved && !error && html`<${Loading} />`}
    ${saved && html`<${Comparison} saved=${saved} base=${base} mine=${mine} theirs=${theirs} zone=${connection.time_zone} />`}
  <//>`;
}

function Comparison({ saved, base, mine, theirs, zone }) {
  const [byThem, byMe] = [differences(base.draft, theirs), differences(base.draft, mine)];
  const theirKeys = new Set(byThem.map((one) => one.key));
  const both = new Set(byMe.map((one) => one.key).filter((key) => theirKeys.has(key)));
  const lost = replaced(base.draft, theirs, merged(base.draft, mine, theirs));
  return html`<p>
      <strong>${saved.saved_by}</strong>${" "}${CONFLICT.saved(saved.version)}${" "}
      <${Time} at=${saved.saved_at} zone=${zone} inside />${CONFLICT.meanwhile(saved.version, base.version)}
    </p>
    <h3>${CONFLICT.theirChanges(saved.saved_by)}</h3>
    <${Differences} found=${byThem} both=${both} none=${CONFLICT.noTheirs} />
    <h3>${CONFLICT.myChanges}</h3>
    <${Differences} found=${byMe} both=${both} none=${CONFLICT.noMine} />
    ${lost.length > 0 && html`<h3>${CONFLICT.lost}</h3><${Differences} found=${lost} />`}
    <p class="hint">${CONFLICT.note}</p>`;
}

export function definitionOnly({ version, saved_by, saved_at, ...definition }) {
  return definition;
}
