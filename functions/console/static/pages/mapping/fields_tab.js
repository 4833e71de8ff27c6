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
import { ATTENTION_LIST, linkTarget } from "./link.js";
import { MappingMenu } from "./mapping_menu.js";
import { CheckEveryone } from "./preview/attention.js";
import { usePreview } from "./preview/preview.js";
import { shownProblems, useShowsWhenLeft } from "./preview/shown_problems.js";
import { errorInWords, pathInWords } from "./preview/problem_text.js";
import { ReadOnlyNotice } from "./read_only_notice.js";
import { SaveBar } from "./saving/save_bar.js";
import { SendRecord } from "./send_record.js";
import { Start } from "./start.js";
import { nameOf, useNames, yearOf } from "./students.js";
import { CsvDialog } from "./suggesting/csv_dialog.js";
import { FIELDS } from "./words.js";

// Instead of a student's id: all examples at once.
export const ALL_STUDENTS = "*";

export function FieldsTab({ connection, query, student, setStudent, toExamples, reload }) {
  const c = connection.connection_id;
  const editor = useEditor();
  const order = useSelected(editor.draft, (draft) => draft.order);
  const known = useKnownFields(c);
  const shown = student === ALL_STUDENTS ? connection.example_students : [student].filter(Boolean);
  const previewing = usePreview(c, editor, shown);
  useShowsWhenLeft(editor);
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
    ${missing && html`<${Notice} tone="warn"><p>${missing}</p><//>`}
    <${PreviewNotices} previewing=${previewing} student=${student} />
    <${GeneralProblems} />
    <${FileTabs} order=${order} current=${current} select=${setSelected} add=${() => setAdding(true)} onFromCsv=${() => setFromCsv(true)} menu=${html`<${MappingMenu} connection=${connection} />`}>
      <${FilePanel} key=${current} id=${current} select=${setSelected} connection=${connection} busy=${previewing.busy} />
      <${CheckEveryone} c=${c} />
    <//>`;
  const tools = html`<div class="chooser">
    <${StudentChooser} connection=${connection} student=${student} onInput=${setStudent} toExamples=${toExamples} />
    ${shown.length === 1 && html`<${SendRecord} connection=${connection} student=${shown[0]} />`}
  </div>`;
  // Both layouts share one bar, so that Undo keeps the focus when it restores the first file.
  return html`<${KnownFieldsContext.Provider} value=${known}>
    <div class="field-mapping">
      ${order.length === 0 ? start : files}
      <${SaveBar} connection=${connection} select=${setSelected} reload=${reload} isFromList=${query.get("from") === ATTENTION_LIST}>${order.length > 0 && tools}<//>
      ${adding && html`<${NewFileDialog} select=${setSelected} onFromCsv=${() => setFromCsv(true)} onClose=${() => setAdding(false)} />`}
      ${fromCsv && html`<${CsvDialog} c=${c} select=${setSelected} onClose=${() => setFromCsv(false)} />`}
    </div>
  <//>`;
}

function StudentChooser({ connection, student, onInput, toExamples }) {
  const editor = useEditor();
  const [names] = useNames(connection.connection_id, connection.example_students);
  useEffect(() => editor.names.set(names), [names]);
  if (student === null)
    return html`<p class="muted">
      ${FIELDS.noStudent}${" "}
      <button type="button" class="link" onClick=${toExamples}>${FIELDS.toExamples}</button>
    </p>`;
  const examples = connection.example_students;
  const options = examples.map((id) => ({ value: id, label: names[id] ? `${nameOf(names[id])} (${yearOf(names[id])})` : id }));
  if (examples.length > 1) options.push({ value: ALL_STUDENTS, label: FIELDS.all(examples.length) });
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

function FileTabs({ order, current, select, add, onFromCsv, menu, children }) {
  const editor = useEditor();
  const files = useSelected(editor.draft, (draft) => draft.files);
  const issues = shownProblems(useStore(editor.preview), useStore(editor.quiet), useStore(editor.draft));
  const tabs = order.map((id) => {
    const wrong = issues.filter((one) => one.file === id).length;
    return { id, label: fileName(files[id].settings), note: wrong > 0 && FIELDS.issues(wrong) };
  });
  const after = html`${editor.canEdit &&
    html`<${Button} kind="quiet" icon="plus" onClick=${add}>${FIELDS.newFile}<//>
      <${Button} kind="quiet" onClick=${onFromCsv}>${FIELDS.newFromCsv}<//>`}
    ${menu}`;
  return html`<${Tabs} label=${FIELDS.files} tabs=${tabs} selected=${current} onSelect=${select} after=${after}>${children}<//>`;
}

function fileName({ name, extension = "csv" }) {
  if (!name) return FIELDS.unnamed;
  return extension ? `${name}.${extension}` : name;
}
