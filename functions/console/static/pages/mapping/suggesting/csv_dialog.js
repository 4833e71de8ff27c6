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
import { insertFile, newId } from "../draft.js";
import { useEditor } from "../editor.js";
import { useFields, useGuardianGroups, useSources } from "../fields/known_fields.js";
import { SEPARATORS } from "../labels.js";
import { fieldFor, suggestions } from "./suggest.js";
import { mayBeCodes } from "./values.js";
import { CSV } from "./words.js";

const MAX_COLUMNS = 500; // as many as a file of a mapping can have
const ROWS = [
  { value: "student", label: CSV.student },
  { value: "guardians", label: CSV.guardians },
];
const SURENESS = {
  sure: { tone: "good", label: CSV.sure },
  likely: { tone: "warn", label: CSV.likely },
  none: { tone: "calm", label: CSV.none },
  chosen: { tone: "good", label: CSV.chosen },
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
    announce(CSV.added(made.length));
    onClose();
    focusSoon(`#settings-${id} .settings-row`);
  });
  const tooMany = columns.length > MAX_COLUMNS;
  const actions = html`<${Button} onClick=${onClose}>${CSV.cancel}<//>
    <${Button} kind="primary" busy=${adding.busy} disabled=${columns.length === 0 || tooMany || busy} onClick=${() => adding.run()}>
      ${CSV.add(columns.length)}
    <//>`;
  return html`<${Dialog} title=${CSV.title} onClose=${onClose} actions=${actions} wide>
    <p>${CSV.lead}</p>
    <${CsvFile} label=${CSV.file} hint=${CSV.fileHint} convert=${(table) => table} onRead=${take} />
    ${!file && html`<${TextArea} label=${CSV.headers} hint=${CSV.headersHint} rows="2" value=${text} onInput=${setText} />`}
    ${groups.length > 0 && html`<${RadioGroup} label=${CSV.rows} options=${ROWS} value=${kind} onInput=${(to) => { setKind(to); setChosen({}); }} />`}
    ${tooMany && html`<p class="problem">${CSV.tooMany(columns.length, MAX_COLUMNS)}</p>`}
    ${busy && columns.length > 0 && html`<${Loading} />`}
    <${ErrorNotice} error=${error} title=${CSV.noFields} />
    ${columns.length > 0 && !tooMany && !busy && html`<${Columns} columns=${columns} accepted=${accepted} sources=${sources} choose=${(index, path) => setChosen({ ...chosen, [index]: path })} />`}
    <${ErrorNotice} error=${adding.error} />
  <//>`;
}

function Columns({ columns, accepted, sources, choose }) {
  const without = accepted.filter(({ from }) => !from).length;
  const unsure = accepted.filter(({ sureness }) => sureness === "likely").length;
  return html`<p role="status">
      ${CSV.summary(columns.length, columns.length - without - unsure, unsure, without)}
    </p>
    <ul class="plain suggestions">
      ${accepted.map(
        ({ header, from, sureness }, index) => html`<li key=${index}>
          <div><strong>${header}</strong>${columns[index].values.length > 0 && html`<small class="muted">${columns[index].values.slice(0, 3).join(", ")}</small>`}</div>
          <${Combobox} label=${CSV.fieldOf(header)} hideLabel options=${sources} value=${from} onInput=${(path) => choose(index, path)} />
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
