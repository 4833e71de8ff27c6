// Field Mapping: the files as tabs, and the student whose mapped values are shown.

import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { useSelected, useStore } from "../../lib/store.js";
import { Button } from "../../components/button.js";
import { SelectField } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { Tabs } from "../../components/tabs.js";
import { count } from "../../components/time.js";
import { NEW_FIELD, insertFile, newId } from "./draft.js";
import { useEditor } from "./editor.js";
import { KnownFieldsContext, useKnownFields } from "./fields/known_fields.js";
import { FilePanel } from "./files/file_panel.js";
import { placeAskedFor } from "./link.js";
import { MappingMenu } from "./mapping_menu.js";
import { usePreview } from "./preview/preview.js";
import { inWordsOfThePage, placeOf } from "./preview/problem_text.js";
import { WhoMayEdit } from "./read_only_notice.js";
import { SaveBar } from "./saving/save_bar.js";
import { SendRecord } from "./send_record.js";
import { Start } from "./start.js";
import { nameOf, useNames, yearOf } from "./students.js";

export function FieldsTab({ connection, query, student, setStudent, toExamples }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const order = useSelected(editor.draft, (draft) => draft.order);
  const known = useKnownFields(c);
  const preview = usePreview(c, editor, student);
  const [selected, select] = useState(order[0]);
  const [missing, setMissing] = useState(null);
  const current = order.includes(selected) ? selected : order[0];
  useEffect(() => {
    const asked = placeAskedFor(query, editor.draft.get());
    if (asked?.file) select(asked.file);
    if (asked?.field) focusSoon(`#row-${asked.field}`);
    if (asked?.is_rows) focusSoon(`#more-${asked.file} summary`, `#settings-${asked.file}`);
    setMissing(asked?.missing);
  }, [query]);
  const add = () => {
    const id = newId();
    editor.update((draft) => insertFile(draft, id, { name: "" }, [NEW_FIELD], draft.order.length));
    select(id);
    focusSoon(`#settings-${id} .settings-row`);
  };
  const start = html`<${Start} c=${c} onNewFile=${add} />
    <${MistakesOfAll} />`;
  const files = html`${!editor.can_edit && html`<${WhoMayEdit} />`}
    <div class="mapping-tools apart">
      <div class="chooser">
        <${StudentChooser} connection=${connection} student=${student} onInput=${setStudent} toExamples=${toExamples} />
        ${student !== null && html`<${SendRecord} connection=${connection} student=${student} />`}
      </div>
      <${MappingMenu} connection=${connection} />
    </div>
    ${missing && html`<${Notice} tone="warn"><p>${missing}</p><//>`}
    <${Told} preview=${preview} student=${student} />
    <${MistakesOfAll} />
    <${FileTabs} order=${order} current=${current} select=${select} add=${add}>
      <${FilePanel} key=${current} id=${current} select=${select} connection=${connection} busy=${preview.busy} />
    <//>`;
  // The bar is the same one, so that Undo keeps the focus when it brings the first file back.
  return html`<${KnownFieldsContext.Provider} value=${known}>
    <div class="field-mapping">
      ${order.length === 0 ? start : files}
      <${SaveBar} connection=${connection} select=${select} />
    </div>
  <//>`;
}

function StudentChooser({ connection, student, onInput, toExamples }) {
  const [names] = useNames(connection.connection_id, connection.example_students);
  if (student === null)
    return html`<p class="muted">
      No example student is chosen, so there are no mapped values.${" "}
      <button type="button" class="link" onClick=${toExamples}>Choose Registration Examples</button>
    </p>`;
  const options = connection.example_students.map((id) => ({
    value: id,
    label: names[id] ? `${nameOf(names[id])} (${yearOf(names[id])})` : id,
  }));
  return html`<${SelectField} label="Mapped Value of" options=${options} value=${student} onInput=${onInput} />`;
}

// What is said of the whole: a preview that failed, a student who is not there.
function Told({ preview, student }) {
  const editor = useEditor();
  const seen = useStore(editor.seen);
  const message = student !== null && seen.students[0]?.message;
  return html`${preview.error && html`<${ErrorNotice} error=${inWordsOfThePage(preview.error, editor.draft.get())} title="The mapped values could not be shown" />`}
    ${message && html`<${Notice} tone="warn"><p><${Sentence} text=${message} /></p><//>`}`;
}

// Mistakes that belong to no file.
function MistakesOfAll() {
  const editor = useEditor();
  const { others } = useStore(editor.seen).problems;
  if (others.length === 0) return null;
  return html`<div id="mistakes-of-all" tabindex="-1">
    <${Notice} tone="bad">
      ${others.map((one) => html`<p key=${one.at}><strong>${placeOf(one.at, editor.draft.get())}</strong> <${Sentence} text=${one.message} /></p>`)}
    <//>
  </div>`;
}

function FileTabs({ order, current, select, add, children }) {
  const editor = useEditor();
  const files = useSelected(editor.draft, (draft) => draft.files);
  const problems = useSelected(editor.seen, (seen) => seen.problems);
  const tabs = order.map((id) => {
    const wrong = (problems.files[id]?.length ?? 0) +
      files[id].fields.reduce((sum, one) => sum + (problems.fields[one]?.length ?? 0), 0);
    return { id, label: fileName(files[id].settings), note: wrong > 0 && count(wrong, "mistake") };
  });
  const after = editor.can_edit && html`<${Button} kind="quiet" icon="plus" onClick=${add}>New File<//>`;
  return html`<${Tabs} label="Files" tabs=${tabs} selected=${current} onSelect=${select} after=${after}>${children}<//>`;
}

function fileName({ name, extension = "csv" }) {
  if (!name) return "New file";
  return extension ? `${name}.${extension}` : name;
}
