// The students of a year who need attention, by reason and value: all are read, page by page.

import { getAll, get, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { nameOfParts } from "../../lib/student_names.js";
import { saveFile } from "../../lib/text/csv_list.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Progress } from "../../components/states.js";
import { HeldGroups } from "../run/held_groups.js";
import { ATTENTION } from "../run/held_words.js";
import { DownloadList, listText } from "./list_file.js";
import { EMPTY_LISTS } from "./words.js";

const PAGE_SIZE = 500;
const READ_UNASKED = 5000; // students, by ten requests

export function Attention({ connection, year }) {
  const c = connection.connection_id;
  const path = pathOf(c, "registrations");
  const query = { school_year: year, status: "held", details: true, limit: PAGE_SIZE };
  const [others, setOthers] = useState([]);
  const [read, setRead] = useState(0);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const { data, error, reload } = useData((options) => readSome(path, query, options, setRead), [c, year]);
  const reading = useAction(async () => {
    const { signal } = control.current;
    setOthers(await getAll(path, { query, signal, onPage: setRead, after: data.next }));
  });
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Progress} label=${ATTENTION.reading(read)} />`;
  const students = [...data.students, ...others];
  const isAll = !data.next || others.length > 0;
  const [title, text] = EMPTY_LISTS.held;
  if (students.length === 0) return html`<${EmptyState} title=${title}><p>${text}</p><//>`;
  const download = (some) => {
    const ids = new Set(some.map(({ student_id }) => student_id));
    const chosen = students.filter((one) => ids.has(one.student_id));
    saveFile(`students-held-${year}-${c}.csv`, listText(chosen, connection.name_fields, connection.time_zone));
  };
  return html`<div class="stack">
    <div>
      <h3>${(isAll ? ATTENTION.title : ATTENTION.soFar)(students.length)}</h3>
      <p class="muted">${ATTENTION.hint}</p>
    </div>
    <${DownloadList} connection=${connection} year=${year} status="held" />
    <${HeldGroups} connection=${connection} rows=${rowsOf(students)} onDownload=${download} />
    ${!isAll && html`<div class="row"><${Button} busy=${reading.busy} onClick=${() => reading.run()}>${ATTENTION.readAll}<//></div>`}
    ${reading.busy && html`<${Progress} label=${ATTENTION.reading(read)} />`}
    <${ErrorNotice} error=${reading.error} />
  </div>`;
}

// {students, next}: up to READ_UNASKED of them
async function readSome(path, query, options, onRead) {
  const students = [];
  for (let after = null; ; ) {
    const { items, next } = await get(path, { ...options, query: { ...query, after } });
    students.push(...items);
    onRead(students.length);
    if (!next || students.length >= READ_UNASKED) return { students, next };
    after = next;
  }
}

// A row for each reason of each student.
function rowsOf(students) {
  return students.flatMap(({ student_id, names, reasons }) => reasons.map((reason) => ({ ...reason, student_id, name: nameOfParts(names) })));
}
