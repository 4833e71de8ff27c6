// The result: a table and a file for each kind, and sending again those who are missing in the SIS.

import { cellOfMoment, csvOf, saveFile } from "../../lib/text/csv_list.js";
import { html, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Tabs } from "../../components/tabs.js";
import { count, momentText, number } from "../../components/time.js";
import { RunLink, StudentLink } from "../../shared/links.js";
import { STUDENT_STATUS } from "../students/student_status.js";
import { SendAgain } from "./send_again.js";

const MAX_SHOWN = 100;
const KINDS = [
  { id: "onlyHere", label: "Only here", none: "Every student that was sent is in the list." },
  { id: "onlyThere", label: "Only in the SIS", none: "The list has nobody who was not sent." },
  { id: "different", label: "Different", none: "No compared value differs." },
  { id: "both", label: "In both", none: "Nobody is in both." },
];

export function Result({ connection, year, saved, file, idColumn, result, ignoreZeros }) {
  const [kind, setKind] = useState("onlyHere");
  const entries = result[kind];
  const columns = columnsOf(kind, connection, file, idColumn);
  const shown = entries.slice(0, MAX_SHOWN);
  const save = () => saveFile(`${kind}-${year}-${connection.connection_id}.csv`, resultText(kind, entries, connection, file));
  return html`<section class="stack" aria-labelledby="result">
    <h2 id="result">Result</h2>
    <${Notices} result=${result} ignoreZeros=${ignoreZeros} saved=${saved} />
    <${Tabs}
      label="Result"
      tabs=${KINDS.map(({ id, label }) => ({ id, label, note: number(result[id].length) }))}
      selected=${kind}
      onSelect=${setKind}
    >
      ${entries.length === 0
        ? html`<p>${KINDS.find((one) => one.id === kind).none}</p>`
        : html`<div class="row"><${Button} icon="download" onClick=${save}>Download CSV<//></div>
            ${kind === "onlyHere" && html`<${SendAgain} connection=${connection} year=${year} saved=${saved} entries=${entries} />`}
            ${shown.length < entries.length && html`<p class="muted">The first ${MAX_SHOWN}; the file has all ${number(entries.length)}.</p>`}
            <${Table} label=${KINDS.find((one) => one.id === kind).label} columns=${columns} rows=${shown} id=${keyOf} small />`}
    <//>
  </section>`;
}

const keyOf = ({ student, row }) => (student ? `s ${student.student_id}` : `r ${row.join("\t")}`);

function Notices({ result: { zeroMatches, repeated, blank, different, both }, ignoreZeros, saved }) {
  const before = [...different, ...both].filter(({ student }) => student.exported.exported_at < (saved?.saved_at ?? "")).length;
  const zeros = count(zeroMatches, "student matches", "students match");
  return html`${zeroMatches > 0 &&
    html`<${Notice} tone="warn"><p>
      ${ignoreZeros
        ? `${zeros} only because leading zeros are ignored: the SIS lost zeros, or added some.`
        : `${zeros} except for leading zeros: ignore them above if these are the same students.`}
    </p><//>`}
    ${repeated + blank > 0 &&
    html`<${Notice}><p>
      ${count(repeated, "row repeats", "rows repeat")} an id of the list, so only its first row is compared; ${count(blank, "row has", "rows have")} no id.
    </p><//>`}
    ${before > 0 &&
    html`<${Notice}><p>
      The mapping was saved after ${count(before, "of these students was sent", "of these students were sent")}: the values here are as it maps them now.
    </p><//>`}`;
}

function columnsOf(kind, { connection_id: c, time_zone: zone }, file, idColumn) {
  const ours = [
    { label: "Student", heading: true, cell: ({ student }) => html`<${StudentLink} c=${c} student_id=${student.student_id} />` },
    { label: "Name", cell: ({ student }) => nameOf(student) },
  ];
  const status = { label: "Status here", cell: ({ student }) => (student ? STUDENT_STATUS[student.status].label : "Not known") };
  const sent = {
    label: "Sent",
    cell: ({ student: { exported } }) => html`<${RunLink} c=${c} run_id=${exported.run_id}>${momentText(exported.exported_at, zone)}<//>`,
  };
  if (kind === "onlyHere") return [...ours, status, sent];
  if (kind === "both") return [...ours, sent];
  if (kind === "different") {
    const value = (difference) => `${difference.label}: ${difference.ours.join(", ") || "blank"} here, ${difference.theirs || "blank"} in the SIS`;
    return [...ours, { label: "Differences", cell: ({ differences }) => differences.map(value).join("; ") }, sent];
  }
  const others = file.header.map((label, at) => ({ label, cell: ({ row }) => row[at] ?? "" })).filter((_, at) => at !== idColumn);
  return [{ label: file.header[idColumn], heading: true, cell: ({ row }) => row[idColumn] }, status, ...others.slice(0, 4)];
}

function nameOf(student) {
  return student?.names.filter(Boolean).join(" ") ?? "";
}

// The text of the file: a row for each entry, or for each difference.
export function resultText(kind, entries, { name_fields: nameFields, time_zone: zone }, { header }) {
  const isDifferent = kind === "different";
  const columns = [
    "Student id",
    ...nameFields,
    "Status here",
    `Sent (${zone})`,
    "Sent by the run",
    ...(isDifferent ? ["Value", "Here", "In the SIS"] : []),
    ...(kind === "onlyHere" ? [] : header.map((name) => `SIS: ${name}`)),
  ];
  const rows = entries.flatMap(({ student, row, differences }) => {
    const before = [
      student?.student_id,
      ...nameFields.map((_, at) => student?.names[at]),
      student && STUDENT_STATUS[student.status].label,
      cellOfMoment(student?.exported?.exported_at, zone),
      student?.exported?.run_id,
    ];
    const after = row ? header.map((_, at) => row[at]) : [];
    if (!isDifferent) return [[...before, ...after]];
    return differences.map(({ label, ours, theirs }) => [...before, label, ours.join(", "), theirs, ...after]);
  });
  return csvOf(columns, rows);
}
