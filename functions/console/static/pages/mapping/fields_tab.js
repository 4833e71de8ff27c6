// Field Mapping: the files as tabs, and the student whose mapped values are shown.

import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { useSelected, useStore } from "../../lib/store.js";
import { Button } from "../../components/button.js";
import { SelectField } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { Tabs } from "../../components/tabs.js";
import { useEditor } from "./editor.js";
import { KnownFieldsContext, useKnownFields } from "./fields/known_fields.js";
import { prepareFix } from "./fields/prepare_fix.js";
import { clearFilter } from "./fields/rows_shown.js";
import { FilePanel } from "./files/file_panel.js";
import { NewFileDialog } from "./files/new_file_dialog.js";
import { linkTarget } from "./link.js";
import { MappingMenu } from "./mapping_menu.js";
import { usePreview } from "./preview/preview.js";
import { errorInWords, pathInWords } from "./preview/problem_text.js";
import { ReadOnlyNotice } from "./read_only_notice.js";
import { SaveBar } from "./saving/save_bar.js";
import { SendRecord } from "./send_record.js";
import { Start } from "./start.js";
import { nameOf, useNames, yearOf } from "./students.js";
import { CsvDialog } from "./suggesting/csv_dialog.js";
import { FIELDS } from "./words.js";

export function FieldsTab({ connection, query, student, setStudent, toExamples }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const order = useSelected(editor.draft, (draft) => draft.order);
  const known = useKnownFields(c);
  const previewing = usePreview(c, editor, student);
  const [selected, setSelected] = useState(order[0]);
  const [missing, setMissing] = useState(null);
  const current = order.includes(selected) ? selected : order[0];
  useEffect(() => {
    const asked = linkTarget(query, editor.draft.get());
    if (asked?.file) {
      clearFilter();
      setSelected(asked.file);
    }
    if (asked?.field) focusSoon(`#row-${asked.field}`);
    if (asked?.isWholeRows) focusSoon(`#more-${asked.file} summary`, `#settings-${asked.file}`);
    setMissing(asked?.fix && editor.canEdit ? prepareFix(editor, asked.field, asked.fix) : asked?.missing);
  }, [query]);
  const [adding, setAdding] = useState(false);
  const [fromCsv, setFromCsv] = useState(false);
  const start = html`<${Start} connection=${connection} onNewFile=${() => setAdding(true)} onFromCsv=${() => setFromCsv(true)} />
    <${GeneralProblems} />`;
  const files = html`${!editor.canEdit && html`<${ReadOnlyNotice} />`}
    <div class="mapping-tools apart">
      <div class="chooser">
        <${StudentChooser} connection=${connection} student=${student} onInput=${setStudent} toExamples=${toExamples} />
        ${student !== null && html`<${SendRecord} connection=${connection} student=${student} />`}
      </div>
      <${MappingMenu} connection=${connection} />
    </div>
    ${missing && html`<${Notice} tone="warn"><p>${missing}</p><//>`}
    <${PreviewNotices} previewing=${previewing} student=${student} />
    <${GeneralProblems} />
    <${FileTabs} order=${order} current=${current} select=${setSelected} add=${() => setAdding(true)} onFromCsv=${() => setFromCsv(true)}>
      <${FilePanel} key=${current} id=${current} select=${setSelected} connection=${connection} busy=${previewing.busy} />
    <//>`;
  // Both layouts share one bar, so that Undo keeps the focus when it restores the first file.
  return html`<${KnownFieldsContext.Provider} value=${known}>
    <div class="field-mapping">
      ${order.length === 0 ? start : files}
      <${SaveBar} connection=${connection} select=${setSelected} />
      ${adding && html`<${NewFileDialog} select=${setSelected} onFromCsv=${() => setFromCsv(true)} onClose=${() => setAdding(false)} />`}
      ${fromCsv && html`<${CsvDialog} c=${c} select=${setSelected} onClose=${() => setFromCsv(false)} />`}
    </div>
  <//>`;
}

function StudentChooser({ connection, student, onInput, toExamples }) {
  const [names] = useNames(connection.connection_id, connection.example_students);
  if (student === null)
    return html`<p class="muted">
      ${FIELDS.noStudent}${" "}
      <button type="button" class="link" onClick=${toExamples}>${FIELDS.toExamples}</button>
    </p>`;
  const options = connection.example_students.map((id) => ({
    value: id,
    label: names[id] ? `${nameOf(names[id])} (${yearOf(names[id])})` : id,
  }));
  return html`<${SelectField} label=${FIELDS.valuesOf} options=${options} value=${student} onInput=${onInput} />`;
}

// A failed preview, or a student who is not there.
function PreviewNotices({ previewing, student }) {
  const editor = useEditor();
  const preview = useStore(editor.preview);
  const message = student !== null && preview.students[0]?.message;
  return html`${previewing.error && html`<${ErrorNotice} error=${errorInWords(previewing.error, editor.draft.get())} title=${FIELDS.noPreview} />`}
    ${message && html`<${Notice} tone="warn"><p><${Sentence} text=${message} /></p><//>`}`;
}

// Problems that belong to no file.
function GeneralProblems() {
  const editor = useEditor();
  const { others } = useStore(editor.preview).problems;
  if (others.length === 0) return null;
  return html`<div id="general-problems" tabindex="-1">
    <${Notice} tone="bad">
      ${others.map((one) => html`<p key=${one.at}><strong>${pathInWords(one.at, editor.draft.get())}</strong> <${Sentence} text=${one.message} /></p>`)}
    <//>
  </div>`;
}

function FileTabs({ order, current, select, add, onFromCsv, children }) {
  const editor = useEditor();
  const files = useSelected(editor.draft, (draft) => draft.files);
  const problems = useSelected(editor.preview, (preview) => preview.problems);
  const tabs = order.map((id) => {
    const wrong = (problems.files[id]?.length ?? 0) +
      files[id].fields.reduce((sum, one) => sum + (problems.fields[one]?.length ?? 0), 0);
    return { id, label: fileName(files[id].settings), note: wrong > 0 && FIELDS.issues(wrong) };
  });
  const after =
    editor.canEdit &&
    html`<${Button} kind="quiet" icon="plus" onClick=${add}>${FIELDS.newFile}<//>
      <${Button} kind="quiet" onClick=${onFromCsv}>${FIELDS.newFromCsv}<//>`;
  return html`<${Tabs} label=${FIELDS.files} tabs=${tabs} selected=${current} onSelect=${select} after=${after}>${children}<//>`;
}

function fileName({ name, extension = "csv" }) {
  if (!name) return FIELDS.unnamed;
  return extension ? `${name}.${extension}` : name;
}
