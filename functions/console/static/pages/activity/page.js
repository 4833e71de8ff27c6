// Activity: who read student data of the connection, and who was refused, the newest first.

import { get, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading, Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time, number } from "../../components/time.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { RunLink } from "../../shared/links.js";
import { inWords, joined } from "./entries.js";
import { ACTIVITY } from "./words.js";

const PATH = "/connections/{c}/activity";

export default function ActivityPage({ params: { c } }) {
  const { canConfigure } = usePerson();
  return html`<${ConnectionPage} c=${c} title=${ACTIVITY.title} tab=${PATH}>
    ${(connection) => (canConfigure ? html`<${Activity} connection=${connection} />` : html`<${ForFullAccess} />`)}
  <//>`;
}

function ForFullAccess() {
  return html`<${Notice}><p>${ACTIVITY.forFullAccess}</p><//>`;
}

function Activity({ connection }) {
  const c = connection.connection_id;
  const [older, setOlder] = useState({ items: [], next: null, read: false });
  const { data: newest, error, reload } = useData((options) => get(pathOf(c, "access-log"), options), [c]);
  const next = older.read ? older.next : newest?.next;
  const more = useAction(async () => {
    const page = await get(pathOf(c, "access-log"), { query: { after: next } });
    setOlder((before) => ({ items: [...before.items, ...page.items], next: page.next, read: true }));
  });
  if (!newest) return error ? html`<${ErrorState} error=${error} onRetry=${reload} />` : html`<${Loading} />`;
  const rows = joined([...newest.items, ...older.items]);
  if (rows.length === 0)
    return html`<${EmptyState} title=${ACTIVITY.none}>
      <p>${ACTIVITY.noneHint}</p>
    <//>`;
  return html`<p>${ACTIVITY.hint}</p>
    <${Table} label=${ACTIVITY.caption} rows=${rows} id=${(one) => one.request_id} columns=${columnsOf(connection)} />
    ${next && html`<div class="row"><${Button} busy=${more.busy} onClick=${() => more.run()}>${ACTIVITY.more}<//></div>`}
    <${ErrorNotice} error=${more.error} />`;
}

function columnsOf({ connection_id: c, time_zone: zone }) {
  return [
    { label: ACTIVITY.when, heading: true, cell: ({ at }) => html`<${Time} at=${at} zone=${zone} />` },
    { label: ACTIVITY.who, cell: ({ by, caller }) => (caller === "program" ? ACTIVITY.program(by) : by) },
    { label: ACTIVITY.what, cell: (entry) => html`<${What} entry=${entry} c=${c} />` },
    { label: ACTIVITY.times, number: true, cell: ({ times }) => number(times) },
  ];
}

function What({ entry, c }) {
  return html`${entry.kind === "refused" && html`<${Badge} tone="warn">${ACTIVITY.refused}<//> `}${inWords(entry)}
    ${entry.run_id && html` (<${RunLink} c=${c} run_id=${entry.run_id}>${ACTIVITY.openRun}<//>)`}`;
}
