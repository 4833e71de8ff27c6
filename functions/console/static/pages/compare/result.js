// The result: a table and a file for each kind, and sending again those who are missing in the SIS.

import { cellOfMoment, csvOf, saveFile } from "../../lib/text/csv_list.js";
import { html, useState } from "../../lib/html.js";
import { nameOfParts } from "../../lib/student_names.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Tabs } from "../../components/tabs.js";
import { momentText, number } from "../../components/time.js";
import { RunLink, StudentLink } from "../../shared/links.js";
import { STUDENT_STATUS } from "../students/words.js";
import { KINDS } from "./compare.js";
import { SendAgain } from "./send_again.js";
import { RESULT, RESULT_FILE } from "./words.js";

const MAX_SHOWN = 100;
export function Result({ connection, year, saved, file, idColumn, result, ignoreZeros }) {
  const [kind, setKind] = useState("onlyHere");
  const entries = result[kind];
  const columns = columnsOf(kind, connection, file, idColumn);
  const shown = entries.slice(0, MAX_SHOWN);
  const save = () => saveFile(`${kind}-${year}-${connection.connection_id}.csv`, resultText(kind, entries, connection, file));
  return html`<section class="stack" aria-labelledby="result">
    <h2 id="result">${RESULT.title}</h2>
    <${Notices} result=${result} ignoreZeros=${ignoreZeros} saved=${saved} />
    <${Tabs}
      label=${RESULT.title}
      tabs=${KINDS.map((id) => ({ id, label: RESULT.kinds[id], note: number(result[id].length) }))}
      selected=${kind}
      onSelect=${setKind}
    >
      ${entries.length === 0
        ? html`<p>${RESULT.none[kind]}</p>`
        : html`<div class="row"><${Button} icon="download" onClick=${save}>${RESULT.download}<//></div>
            ${kind === "onlyHere" && html`<${SendAgain} connection=${connection} year=${year} saved=${saved} entries=${entries} />`}
            ${shown.length < entries.length && html`<p class="muted">${RESULT.first(MAX_SHOWN, entries.length)}</p>`}
            <${Table} label=${RESULT.kinds[kind]} columns=${columns} rows=${shown} id=${keyOf} small />`}
    <//>
  </section>`;
}

const keyOf = ({ student, row }) => (student ? `s ${student.student_id}` : `r ${row.join("\t")}`);

function Notices({ result: { zeroMatches, repeated, blank, different, both }, ignoreZeros, saved }) {
  const before = [...different, ...both].filter(({ student }) => student.exported.exported_at < (saved?.saved_at ?? "")).length;
  return html`${zeroMatches > 0 &&
    html`<${Notice} tone="warn"><p>${(ignoreZeros ? RESULT.zerosIgnored : RESULT.zerosDiffer)(zeroMatches)}</p><//>`}
    ${repeated + blank > 0 &&
    html`<${Notice}><p>${RESULT.rows(repeated, blank)}</p><//>`}
    ${before > 0 &&
    html`<${Notice}><p>${RESULT.mappedSince(before)}</p><//>`}`;
}

function columnsOf(kind, { connection_id: c, time_zone: zone }, file, idColumn) {
  const ours = [
    { label: RESULT.student, heading: true, cell: ({ student }) => html`<${StudentLink} c=${c} student_id=${student.student_id} name=${nameOfParts(student.names)} />` },
  ];
  const status = { label: RESULT.status, cell: ({ student }) => (student ? STUDENT_STATUS[student.status].label : RESULT.unknown) };
  const sent = {
    label: RESULT.sent,
    cell: ({ student: { exported } }) => html`<${RunLink} c=${c} run_id=${exported.run_id}>${momentText(exported.exported_at, zone)}<//>`,
  };
  if (kind === "onlyHere") return [...ours, status, sent];
  if (kind === "both") return [...ours, sent];
  if (kind === "different") {
    const value = (difference) => RESULT.difference(difference.label, difference.ours.join(", "), difference.theirs);
    return [...ours, { label: RESULT.differences, cell: ({ differences }) => differences.map(value).join("; ") }, sent];
  }
  const others = file.header.map((label, at) => ({ label, cell: ({ row }) => row[at] ?? "" })).filter((_, at) => at !== idColumn);
  return [{ label: file.header[idColumn], heading: true, cell: ({ row }) => row[idColumn] }, status, ...others.slice(0, 4)];
}

// The text of the file: a row for each entry, or for each difference.
export function resultText(kind, entries, { name_fields: nameFields, time_zone: zone }, { header }) {
  const isDifferent = kind === "different";
  const columns = [
    RESULT_FILE.id,
    ...nameFields,
    RESULT_FILE.status,
    RESULT_FILE.sent(zone),
    RESULT_FILE.run,
    ...(isDifferent ? [RESULT_FILE.value, RESULT_FILE.here, RESULT_FILE.there] : []),
    ...(kind === "onlyHere" ? [] : header.map(RESULT_FILE.ofSis)),
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
