// One connection: its last export, the students that wait, its next export, and its actions.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Approval, LastExport, NextExport, Waiting } from "../../shared/connection_facts.js";
import { ConnectionActions } from "./actions.js";
import { BeingDeleted } from "./being_deleted.js";
import { LeftToDo } from "./left_to_do.js";
import { CARD } from "./words.js";

export function Card({ connection, reload, onRequested }) {
  const { connection_id: c, name } = connection;
  return html`<article class="panel card" aria-label=${name}>
    <header>
      <div>
        <h2><a href=${href("/connections/{c}/runs", { c })}>${name}</a></h2>
        <p class="where">${whereOf(connection)}</p>
      </div>
      <${ConnectionActions} connection=${connection} reload=${reload} onRequested=${onRequested} />
    </header>
    ${connection.deletion ? html`<${BeingDeleted} connection=${connection} reload=${reload} />` : html`<${Facts} one=${connection} />`}
  </article>`;
}

function Facts({ one }) {
  return html`<${Approval} one=${one} />
    ${!one.setup.live && html`<${LeftToDo} connection=${one} setup=${one.setup} />`}
    <dl class="facts">
      <div class="last-run">
        <dt>${CARD.lastExport}</dt>
        <dd><${LastExport} one=${one} /></dd>
      </div>
      <div>
        <dt>${CARD.waiting}</dt>
        <dd class="waiting"><${Waiting} one=${one} /></dd>
      </div>
      <div>
        <dt>${CARD.nextExport}</dt>
        <dd><${NextExport} one=${one} /></dd>
      </div>
    </dl>`;
}

// The SIS, and the account on the server.
export function whereOf({ sis, delivery, username, host, port }) {
  const server = `${username}@${host}${port === 22 ? "" : `:${port}`}`;
  return [sis, delivery === "download" ? CARD.download : server].filter(Boolean).join(" · ");
}
