// Many connections: a row for each, with the same facts and actions as a card.

import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Button } from "../../components/button.js";
import { Table } from "../../components/table.js";
import { Approval, LastExport, NextExport, Waiting } from "../../shared/connection_facts.js";
import { ConnectionActions } from "./actions.js";
import { BeingDeleted } from "./being_deleted.js";
import { whereOf } from "./card.js";
import { FinishSetup } from "./left_to_do.js";
import { ROWS } from "./words.js";

const AT_ONCE = 100; // more take noticeable time to draw

export function Rows({ connections, reload, onRequested }) {
  const [most, setMost] = useState(AT_ONCE);
  const isOneDistrict = new Set(connections.map((one) => one.district)).size === 1;
  const unless = (cell) => (one) => (one.deletion ? null : cell(one));
  const columns = [
    { label: ROWS.connection, heading: true, cell: (one) => html`<${Name} one=${one} district=${isOneDistrict ? "" : one.district} />` },
    { label: ROWS.lastExport, cell: (one) => html`<${Last} one=${one} reload=${reload} />` },
    { label: ROWS.waiting, cell: unless((one) => html`<${Waiting} one=${one} />`) },
    { label: ROWS.nextExport, cell: unless((one) => html`<${NextExport} one=${one} />`) },
    { label: ROWS.actions, cell: (one) => html`<${ConnectionActions} connection=${one} reload=${reload} onRequested=${onRequested} />` },
  ];
  return html`<div class="connection-rows">
    <${Table} label=${ROWS.caption} columns=${columns} rows=${connections.slice(0, most)} id=${(one) => one.connection_id} />
    ${connections.length > most && html`<p><${Button} onClick=${() => setMost(most + AT_ONCE)}>${ROWS.more(connections.length - most)}<//></p>`}
  </div>`;
}

function Name({ one, district }) {
  return html`<a href=${href("/connections/{c}/runs", { c: one.connection_id })}>${one.name}</a>
    <div class="where">${[district, whereOf(one)].filter(Boolean).join(" · ")}</div>`;
}

function Last({ one, reload }) {
  if (one.deletion) return html`<${BeingDeleted} connection=${one} reload=${reload} />`;
  return html`<div class="last-run">
    ${!one.setup.live && html`<${FinishSetup} connection=${one} setup=${one.setup} />`}
    ${(one.setup.live || one.last_export) && html`<${LastExport} one=${one} />`}
    <${Approval} one=${one} />
  </div>`;
}
