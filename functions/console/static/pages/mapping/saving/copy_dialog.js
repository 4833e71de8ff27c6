// Copies the mapping of another connection into the editor, after showing the differences: to start from it,
// or to bring what was tried on a test connection to the real one.

import { getAll, getIfThere, pathOf } from "../../../lib/api.js";
import { useData } from "../../../lib/data.js";
import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { SelectField } from "../../../components/fields.js";
import { ErrorState, Loading } from "../../../components/states.js";
import { useEditor } from "../editor.js";
import { differences } from "./changes.js";
import { definitionOnly } from "./conflict_dialog.js";
import { Differences } from "./differences.js";
import { aligned } from "./merge.js";
import { COPY } from "./words.js";

export function CopyDialog({ c, onClose }) {
  const editor = useEditor();
  const mine = useStore(editor.draft);
  const [chosen, setChosen] = useState("");
  const { data: connections, error, reload } = useData((options) => getAll("connections", options), []);
  const others = (connections ?? []).filter((one) => one.connection_id !== c);
  const source = others.find((one) => one.connection_id === chosen);
  const { data: found, error: unread, reload: again } = useData(
    async (options) => ({ of: chosen, saved: chosen ? await getIfThere(pathOf(chosen, "mapping"), options) : null }),
    [chosen],
  );
  const theirs = found?.of === chosen && found.saved && aligned(mine, definitionOnly(found.saved));
  const copy = () => {
    editor.update(() => theirs);
    announce(COPY.loaded(source.name));
    onClose();
    focusSoon(".field-mapping [role=tab][aria-selected=true]");
  };
  const actions = html`<${Button} onClick=${onClose}>${COPY.cancel}<//>
    <${Button} kind="primary" disabled=${!theirs} onClick=${copy}>${COPY.load}<//>`;
  return html`<${Dialog} title=${COPY.title} onClose=${onClose} actions=${actions} wide>
    <p>${COPY.note}</p>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!connections && !error && html`<${Loading} />`}
    ${connections && others.length === 0 && html`<p class="muted">${COPY.none}</p>`}
    ${others.length > 0 && html`<${SelectField} label=${COPY.connection} options=${optionsOf(others)} value=${chosen} onInput=${setChosen} />`}
    ${unread && html`<${ErrorState} error=${unread} onRetry=${again} />`}
    ${source && found?.of === chosen && !found.saved && html`<p class="muted">${COPY.noMapping}</p>`}
    ${theirs && html`<h3>${COPY.differences(found.saved.version, source.name)}</h3>
      <${Differences} found=${differences(mine, theirs)} none=${COPY.same} />`}
  <//>`;
}

function optionsOf(connections) {
  const choose = { value: "", label: COPY.select };
  return [choose, ...connections.map(({ connection_id, name }) => ({ value: connection_id, label: name }))];
}
