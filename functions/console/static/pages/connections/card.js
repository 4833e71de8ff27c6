// One connection: its last run, its due and held students, its next run, and its actions.

import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { heldOf, isUnderWay, phaseOf, rowsOf, whyOf } from "../../lib/runs.js";
import { Badge, RunBadge } from "../../components/badge.js";
import { Menu } from "../../components/menu.js";
import { ErrorState, Progress } from "../../components/states.js";
import { Time, count, number } from "../../components/time.js";
import { DeleteDialog } from "./delete_dialog.js";
import { DownloadDialog } from "./download_dialog.js";
import { ExportDialog } from "./export_dialog.js";
import { totalsOf } from "./facts.js";

export function Card({ connection, facts, loadFacts, reload }) {
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
    ${facts?.error && html`<${ErrorState} error=${facts.error} onRetry=${loadFacts} />`}
    ${!facts && html`<div class="facts-loading" aria-hidden="true"></div>`}
    ${facts && !facts.error && html`<${Facts} connection=${connection} facts=${facts} />`}
    ${dialog === "export" && html`<${ExportDialog} connection=${connection} onRequested=${loadFacts} onClose=${close} />`}
    ${dialog === "download" && html`<${DownloadDialog} connection=${connection} onClose=${close} />`}
    ${dialog === "delete" && html`<${DeleteDialog} connection=${connection} onClose=${close} onDeleted=${reload} key=${c} />`}
  </article>`;
}

function CardMenu({ connection, setDialog }) {
  const person = usePerson();
  const { connection_id: c, name } = connection;
  const page = (label, path) => ({ label, href: href(path, { c }) });
  const items = [
    person.canRun && { label: "Export Students", onSelect: () => setDialog("export") },
    page("Export Student Mapping", "/connections/{c}/mapping"),
    page("Check Connection", "/connections/{c}/check"),
    page("Schedule", "/connections/{c}/schedule"),
    page("History", "/connections/{c}/runs"),
    page("Students", "/connections/{c}/students"),
    { label: "Download last files", onSelect: () => setDialog("download") },
    person.canConfigure && page("Edit", "/connections/{c}/settings"),
    person.canConfigure && { label: "Delete", danger: true, onSelect: () => setDialog("delete") },
  ];
  return html`<${Menu} label=${`Actions of ${name}`} items=${items} />`;
}

function Facts({ connection, facts }) {
  const { run, schedule, status } = facts;
  const zone = connection.time_zone;
  const totals = status && totalsOf(status);
  return html`<dl class="facts">
    <div class="last-run whole">
      <dt>Last run</dt>
      <dd><${LastRun} connection=${connection} run=${run} /></dd>
    </div>
    ${totals &&
    html`<div>
        <dt>Due</dt>
        <dd class="figure">${number(totals.due)}</dd>
      </div>
      <div>
        <dt>Held back</dt>
        <dd class="figure">${number(totals.held)}${totals.held > 0 && html` <${Badge} tone="warn">to be mended<//>`}</dd>
      </div>`}
    <div class="whole">
      <dt>Next run</dt>
      <dd>${next(schedule, zone)}</dd>
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

function next(schedule, zone) {
  const run = schedule.next_runs.find((one) => one.at);
  if (!schedule.enabled) return html`<span class="muted">Not scheduled</span>`;
  return run ? html`<${Time} at=${run.at} zone=${schedule.time_zone ?? zone} />` : "None in sight: paused";
}

function where({ sis, delivery, username, host, port }) {
  const server = `${username}@${host}${port === 22 ? "" : `:${port}`}`;
  return [sis, delivery === "download" ? "Fetched by download" : server].filter(Boolean).join(" · ");
}
