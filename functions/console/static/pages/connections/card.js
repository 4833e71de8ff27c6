// One connection: its last run, its due and held students, its next run, and its actions.

import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { heldOf, isUnderWay, phaseOf, rowsOf, whyOf } from "../../lib/runs.js";
import { Badge, RunBadge } from "../../components/badge.js";
import { Menu } from "../../components/menu.js";
import { Progress } from "../../components/states.js";
import { Time, atLeast, count, number } from "../../components/time.js";
import { ExportDialog } from "../../shared/export/dialog.js";
import { BeingDeleted } from "./being_deleted.js";
import { DeleteDialog } from "./delete_dialog.js";
import { DownloadDialog } from "./download_dialog.js";
import { LeftToDo } from "./left_to_do.js";

export function Card({ connection, facts, loadFacts, onRequested, reload }) {
  const [dialog, setDialog] = useState(null);
  const close = () => {
    setDialog(null);
    loadFacts();
  };
  const { connection_id: c, name } = connection;
  return html`<article class="panel card" aria-label=${name}>
    <header>
      <div>
        <h2><a href=${href("/connections/{c}/runs", { c })}>${name}</a></h2>
        <p class="where">${where(connection)}</p>
      </div>
      <${CardMenu} connection=${connection} setDialog=${setDialog} />
    </header>
    ${connection.deletion
      ? html`<${BeingDeleted} connection=${connection} reload=${reload} />`
      : facts
        ? html`${!facts.setup.live && html`<${LeftToDo} connection=${connection} setup=${facts.setup} />`}
            <${Facts} connection=${connection} facts=${facts} />`
        : html`<div class="facts-loading" aria-hidden="true"></div>`}
    ${dialog === "export" && html`<${ExportDialog} connection=${connection} onRequested=${onRequested} onClose=${close} />`}
    ${dialog === "download" && html`<${DownloadDialog} connection=${connection} onClose=${close} />`}
    ${dialog === "delete" && html`<${DeleteDialog} connection=${connection} onClose=${close} onDeleted=${reload} key=${c} />`}
  </article>`;
}

function CardMenu({ connection, setDialog }) {
  const person = usePerson();
  const { connection_id: c, name, deletion } = connection;
  const page = (label, path) => ({ label, href: href(path, { c }) });
  const items = [
    person.canRun && !deletion && { label: "Export Students", onSelect: () => setDialog("export") },
    page("Export Student Mapping", "/connections/{c}/mapping"),
    !deletion && page("Check Connection", "/connections/{c}/check"),
    !deletion && page("Schedule", "/connections/{c}/schedule"),
    page("History", "/connections/{c}/runs"),
    page("Students", "/connections/{c}/students"),
    { label: "Download last files", onSelect: () => setDialog("download") },
    person.canConfigure && !deletion && page("Edit", "/connections/{c}/settings"),
    person.canConfigure && { label: "Copy", href: href("/new", {}, { from: c }) },
    person.canConfigure && { label: deletion ? "Delete at another time" : "Delete", danger: true, onSelect: () => setDialog("delete") },
  ];
  return html`<${Menu} label=${`Actions of ${name}`} items=${items} />`;
}

function Facts({ connection, facts }) {
  const { last_export: run, due, held, at_least } = facts;
  return html`<dl class="facts">
    <div class="last-run whole">
      <dt>Last run</dt>
      <dd><${LastRun} connection=${connection} run=${run} /></dd>
    </div>
    <div>
      <dt>Due</dt>
      <dd class="figure">${atLeast(due, at_least)}</dd>
    </div>
    <div>
      <dt>Held back</dt>
      <dd class="figure">${atLeast(held, at_least && held > 0)}${held > 0 && html` <${Badge} tone="warn">to be mended<//>`}</dd>
    </div>
    <div class="whole">
      <dt>Next run</dt>
      <dd>${next(facts, connection.time_zone)}</dd>
    </div>
  </dl>`;
}

function LastRun({ connection, run }) {
  if (!run) return "None yet";
  if (isUnderWay(run)) return html`<${Progress} label=${phaseOf(run)} />`;
  const to = href("/connections/{c}/runs/{run}", { c: connection.connection_id, run: run.run_id });
  const held = heldOf(run);
  const at = run.finished_at ?? run.started_at ?? run.requested_at;
  const when = html`<${Time} at=${at} zone=${connection.time_zone} />`;
  return html`<${RunBadge} run=${run} />
    <span><a href=${to}>${when}</a></span>
    ${run.status === "failed"
      ? html`<p class="why">${whyOf(run)}</p>`
      : html`<span>${count(rowsOf(run), "student")}${held > 0 && `, ${number(held)} held back`}</span>`}`;
}

function next({ scheduled, next_export: at }, zone) {
  if (!scheduled) return html`<span class="muted">Not scheduled</span>`;
  return at ? html`<${Time} at=${at} zone=${zone} />` : "None in sight: paused";
}

function where({ sis, delivery, username, host, port }) {
  const server = `${username}@${host}${port === 22 ? "" : `:${port}`}`;
  return [sis, delivery === "download" ? "Fetched by download" : server].filter(Boolean).join(" · ");
}
