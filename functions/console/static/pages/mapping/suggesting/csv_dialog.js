// A new file with all columns of a SIS's template or sample file, each with a suggested Enroll field. The file
// is read in the browser and goes nowhere.

import { get, pathOf } from "../../../lib/api.js";
import { readCsv } from "../../../lib/text/csv.js";
import { useAction } from "../../../lib/data.js";
import { focusSoon } from "../../../lib/focus.js";
import { html, useMemo, useState } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Badge } from "../../../components/badge.js";
import { Button } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { CsvFile } from "../../../shared/csv_file.js";
import { Dialog } from "../../../components/dialog.js";
import { RadioGroup, TextArea } from "../../../components/fields.js";
import { ErrorNotice, Loading } from "../../../components/states.js";
import { count } from "../../../components/time.js";
import { insertFile, newId } from "../draft.js";
import { useEditor } from "../editor.js";
import { useFields, useGuardianGroups, useSources } from "../fields/known_fields.js";
import { SEPARATORS } from "../labels.js";
import { fieldFor, suggestions } from "./suggest.js";
import { mayBeCodes } from "./values.js";

const MAX_COLUMNS = 500; // as many as a file of a mapping can have
const ROWS = [
  { value: "student", label: "One row for each student" },
  { value: "guardians", label: "One row for each guardian" },
];
const SURENESS = {
  sure: { tone: "good", label: "Good match" },
  likely: { tone: "warn", label: "Check" },
  none: { tone: "calm", label: "No match" },
  chosen: { tone: "good", label: "Your choice" },
};

export function CsvDialog({ c, select, onClose }) {
  const editor = useEditor();
  const [text, setText] = useState("");
  const [file, setFile] = useState(null);
  const [kind, setKind] = useState("student");
  const [chosen, setChosen] = useState({}); // {index of a column: path}
  const groups = useGuardianGroups();
  const rows = useMemo(() => (kind === "guardians" ? { each: groups } : undefined), [kind, groups]);
  const { fields, busy, error } = useFields(rows);
  const sources = useSources(rows);
  const { delimiter, columns } = useMemo(() => columnsOf(file ?? readCsv(text)), [file, text]);
  const suggested = useMemo(() => suggestions(columns, fields), [columns, fields]);
  const accepted = suggested.map((one, index) => (index in chosen ? { ...one, from: chosen[index], sureness: "chosen", step: null } : one));
  const take = (found) => {
    setChosen({});
    setFile(found);
  };
  const adding = useAction(async () => {
    const values = await Promise.all(accepted.map((one, index) => valuesOf(c, one, columns[index], rows)));
    const made = accepted.map((one, index) => fieldFor(one, columns[index].values, values[index]));
    const id = newId();
    editor.update((draft) => insertFile(draft, id, settingsOf(file?.name ?? "", delimiter, rows), made, draft.order.length));
    select(id);
    announce(`${count(made.length, "field")} added. Look at the mapped values, then save.`);
    onClose();
    focusSoon(`#settings-${id} .settings-row`);
  });
  const tooMany = columns.length > MAX_COLUMNS;
  const actions = html`<${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind="primary" busy=${adding.busy} disabled=${columns.length === 0 || tooMany || busy} onClick=${() => adding.run()}>
      ${columns.length ? `Add ${count(columns.length, "field")}` : "Add fields"}
    <//>`;
  return html`<${Dialog} title="New File from a CSV" onClose=${onClose} actions=${actions} wide>
    <p>Choose the template or a sample file of your SIS: each of its columns becomes a field, with a suggestion. The file stays in this browser.</p>
    <${CsvFile} label="Template or sample file" hint="CSV with the column headers in the first row. Drop it here, or choose it." convert=${(table) => table} onRead=${take} />
    ${!file && html`<${TextArea} label="Or its header row" hint="Paste the column headers, as in Student_Number,Last_Name,First_Name." rows="2" value=${text} onInput=${setText} />`}
    ${groups.length > 0 && html`<${RadioGroup} label="Rows" options=${ROWS} value=${kind} onInput=${(to) => { setKind(to); setChosen({}); }} />`}
    ${tooMany && html`<p class="problem">The file has ${columns.length} columns. A file can have at most ${MAX_COLUMNS}.</p>`}
    ${busy && columns.length > 0 && html`<${Loading} />`}
    <${ErrorNotice} error=${error} title="There are no suggestions: the fields of your students could not be read" />
    ${columns.length > 0 && !tooMany && !busy && html`<${Columns} columns=${columns} accepted=${accepted} sources=${sources} choose=${(index, path) => setChosen({ ...chosen, [index]: path })} />`}
    <${ErrorNotice} error=${adding.error} />
  <//>`;
}

function Columns({ columns, accepted, sources, choose }) {
  const without = accepted.filter(({ from }) => !from).length;
  const unsure = accepted.filter(({ sureness }) => sureness === "likely").length;
  return html`<p role="status">
      ${count(columns.length, "column")}: ${columns.length - without - unsure} matched, ${unsure} to check, ${without} without a field, which stay blank.
    </p>
    <ul class="plain suggestions">
      ${accepted.map(
        ({ header, from, sureness }, index) => html`<li key=${index}>
          <div><strong>${header}</strong>${columns[index].values.length > 0 && html`<small class="muted">${columns[index].values.slice(0, 3).join(", ")}</small>`}</div>
          <${Combobox} label=${`Enroll field of ${header}`} hideLabel options=${sources} value=${from} onInput=${(path) => choose(index, path)} />
          <${Badge} tone=${SURENESS[sureness].tone}>${SURENESS[sureness].label}<//>
        </li>`,
      )}
    </ul>`;
}

// {delimiter, columns: [{header, values: its distinct values that are not blank}]}
function columnsOf({ delimiter, rows }) {
  const [headers = [], ...others] = rows;
  const columns = headers.map((header, index) => {
    const all = others.map((row) => (row[index] ?? "").trim()).filter(Boolean);
    return { header: header.trim(), values: [...new Set(all)], count: all.length };
  });
  return { delimiter, columns: columns.filter(({ header }) => header !== "") };
}

// The values of the Enroll field, where the column may hold codes; else null.
async function valuesOf(c, { from, step }, column, rows) {
  if (!from || step || !mayBeCodes(column) || from.startsWith("registration.") || from.startsWith("row.")) return null;
  const paths = from.startsWith("entry.") ? rows.each.map((start) => `${start}${from.slice("entry.".length)}`) : [from];
  const answers = await Promise.all(paths.map((path) => get(pathOf(c, "fields"), { query: { path } })));
  return [...new Set(answers.flatMap(({ values }) => values.map((one) => one.value)))];
}

function settingsOf(fileName, delimiter, rows) {
  const [, name = "", extension = ""] = /^(.*?)(?:\.(\w+))?$/.exec(fileName) ?? [];
  const separator = SEPARATORS.find((one) => one.character === delimiter).value;
  return {
    name: name.replace(/[^\w-]+/g, "_").replace(/^_+|_+$/g, ""),
    ...(extension && extension.toLowerCase() !== "csv" && { extension: extension.toLowerCase() }),
    ...(separator !== "comma" && { separator }),
    ...(rows && { rows: { ...rows, skip_when_blank: "fname" } }),
  };
}
