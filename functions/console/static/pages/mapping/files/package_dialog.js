// One zip instead of separate files, with a manifest if the SIS needs one.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef } from "../../../lib/html.js";
import { useSelected, useStore } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { Button, IconButton } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Checkbox, SelectField, TextField } from "../../../components/fields.js";
import { withChanges } from "../draft.js";
import { problemAt, problemsWithin, useEditor } from "../editor.js";
import { MANIFEST, PACKAGE } from "../labels.js";
import { ZIP } from "./words.js";

const NEW_MANIFEST = { rows: [{ property: "", value: "" }] };

export function PackageDialog({ onClose }) {
  const editor = useEditor();
  const wanted = useSelected(editor.draft, (draft) => draft.package);
  const all = useSelected(editor.preview, (preview) => preview.problems.others);
  const problems = problemsWithin(all, "package");
  const set = (now) => editor.update((draft) => withChanges(draft, { package: now }), "package");
  const change = (changes) => set(withChanges(wanted, changes));
  return html`<${Dialog} title=${PACKAGE.package} onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>${ZIP.done}<//>`} wide>
    <${Checkbox}
      label=${ZIP.on}
      hint=${ZIP.onHint}
      checked=${Boolean(wanted)}
      onInput=${(on) => set(on ? { name: "" } : undefined)}
    />
    ${wanted &&
    html`<${TextField} label=${PACKAGE.name} hint=${ZIP.nameHint} value=${wanted.name} onInput=${(name) => change({ name })} problem=${problemAt(problems, "name")} />
      <${Checkbox}
        label=${PACKAGE.manifest}
        hint=${ZIP.manifestHint}
        checked=${Boolean(wanted.manifest)}
        onInput=${(on) => change({ manifest: on ? NEW_MANIFEST : undefined })}
      />`}
    ${wanted?.manifest && html`<${Manifest} manifest=${wanted.manifest} set=${(manifest) => change({ manifest })} problems=${problemsWithin(problems, "manifest")} />`}
  <//>`;
}

function Manifest({ manifest, set, problems }) {
  const root = useRef(null);
  const { order, files } = useStore(useEditor().draft);
  const names = order.map((id) => files[id].settings.name).filter(Boolean);
  const header = manifest.header ?? ["propertyName", "value"];
  const change = (changes) => set(withChanges(manifest, changes));
  const edit = (index, changes) =>
    change({ rows: manifest.rows.map((row, at) => (at === index ? withChanges(row, changes) : row)) });
  const focus = (index) => afterDrawing(() => root.current.querySelectorAll(".manifest-row")[index].querySelector("input").focus());
  const add = () => {
    change({ rows: [...manifest.rows, { property: "", value: "" }] });
    focus(manifest.rows.length);
  };
  const remove = (index) => {
    change({ rows: manifest.rows.filter((_, at) => at !== index) });
    announce(ZIP.removed(index + 1));
    focus(Math.min(index, manifest.rows.length - 2));
  };
  return html`<div class="manifest" ref=${root}>
    <div class="parameters">
      <${TextField} label=${MANIFEST.name} value=${manifest.name ?? "manifest"} onInput=${(name) => change({ name })} problem=${problemAt(problems, "name")} />
      <${TextField} label=${ZIP.firstHeader} value=${header[0]} onInput=${(text) => change({ header: [text, header[1]] })} problem=${problemAt(problems, "header")} />
      <${TextField} label=${ZIP.secondHeader} value=${header[1]} onInput=${(text) => change({ header: [header[0], text] })} />
    </div>
    <ol class="plain" aria-label=${MANIFEST.rows}>
      ${manifest.rows.map(
        (row, index) => html`<li key=${index} class="manifest-row" role="listitem">
          <${ManifestRow} row=${row} names=${names} edit=${(changes) => edit(index, changes)} problems=${problemsWithin(problems, `rows[${index}]`)} />
          <${IconButton} label=${ZIP.removeRow(index + 1)} icon="close" disabled=${manifest.rows.length === 1} onClick=${() => remove(index)} />
        </li>`,
      )}
    </ol>
    <${Button} kind="quiet" icon="plus" onClick=${add}>${ZIP.addRow}<//>
  </div>`;
}

function ManifestRow({ row, names, edit, problems }) {
  const files = [{ value: "", label: ZIP.always }, ...new Set([...names, row.file].filter(Boolean))];
  return html`<${TextField} label=${MANIFEST.property} value=${row.property} onInput=${(property) => edit({ property })} problem=${problemAt(problems, "property")} />
    <${TextField} label=${MANIFEST.value} value=${row.value} onInput=${(value) => edit({ value })} problem=${problemAt(problems, "value")} />
    <${SelectField}
      label=${MANIFEST.file}
      options=${files}
      value=${row.file ?? ""}
      onInput=${(file) => edit({ file: file || undefined, otherwise: file ? row.otherwise : undefined })}
      problem=${problemAt(problems, "file")}
    />
    ${row.file && html`<${TextField} label=${MANIFEST.otherwise} optional value=${row.otherwise ?? ""} onInput=${(text) => edit({ otherwise: text || undefined })} problem=${problemAt(problems, "otherwise")} />`}`;
}
