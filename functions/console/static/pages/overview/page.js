// All districts at a glance: the last export of each connection, failures of the last night first.

import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { readOverview } from "../../lib/overview.js";
import { href } from "../../lib/paths.js";
import { isUnderWay, phaseOf, whyOf } from "../../lib/runs.js";
import { Badge, RunBadge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time, atLeast, count, number } from "../../components/time.js";
import { Page } from "../../frame/page.js";

const LAST_NIGHT_HOURS = 26;

export default function OverviewPage() {
  const { data: all, error, loading, reload } = useData(allFacts, []);
  const actions = all && html`<${Button} busy=${loading} onClick=${reload}>Refresh<//>`;
  return html`<${Page} title="All districts" actions=${actions}>
    ${!all && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!all && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${all && error} title="The page could not be refreshed and may be out of date" />
    ${all && all.length === 0 && html`<${EmptyState} title="There is no connection yet" />`}
    ${all && all.length > 0 && html`<p>${summaryOf(all)}</p><${Table} label="All connections, problems first" columns=${COLUMNS} rows=${all} id=${(one) => one.connection_id} />`}
  <//>`;
}

// Problems first.
async function allFacts(options) {
  const all = await readOverview(options);
  return all.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

// Failures of the last night, other failures, overdue, waiting, held, the rest, and connections that
// are being set up, whatever they show.
function rank({ last_export: run, overdue, held, setup }) {
  if (!setup.live) return 6;
  if (run?.status === "failed") return isOfLastNight(run) ? 0 : 1;
  if (overdue) return 2;
  if (run?.status === "awaiting_confirmation") return 3;
  return held > 0 || run?.status === "partial" ? 4 : 5;
}

function isOfLastNight(run) {
  return Date.now() - new Date(momentOf(run)).getTime() < LAST_NIGHT_HOURS * 3_600_000;
}

function momentOf(run) {
  return run.finished_at ?? run.started_at ?? run.requested_at;
}

function summaryOf(all) {
  const failed = all.filter((one) => rank(one) === 0).length;
  const overdue = all.filter((one) => one.overdue).length;
  return `${count(all.length, "connection")}: ${number(failed)} failed last night, ${number(overdue)} overdue.`;
}

const COLUMNS = [
  {
    label: "Connection",
    heading: true,
    cell: ({ connection_id: c, name, setup }) =>
      html`<a href=${href("/connections/{c}/runs", { c })}>${name}</a>${!setup.live && html` <${Badge}>Being set up<//>`}`,
  },
  { label: "District", cell: ({ district }) => district },
  { label: "Last export", cell: lastExport },
  { label: "Due", number: true, cell: ({ due, at_least }) => atLeast(due, at_least) },
  { label: "Held back", number: true, cell: ({ held, at_least }) => atLeast(held, at_least && held > 0) },
  {
    label: "Next export",
    cell: ({ next_export: at, time_zone: zone, overdue }) =>
      html`${overdue && html`<${Badge} tone="bad">Overdue<//> `}${at ? html`<${Time} at=${at} zone=${zone} />` : "Not scheduled"}`,
  },
];

function lastExport({ connection_id: c, last_export: run, time_zone: zone }) {
  if (!run) return "None yet";
  const when = html`<a href=${href("/connections/{c}/runs/{run}", { c, run: run.run_id })}><${Time} at=${momentOf(run)} zone=${zone} /></a>`;
  return html`<${RunBadge} run=${run} /> ${when}
    ${isUnderWay(run) && html`<div>${phaseOf(run)}</div>`}
    ${run.status === "failed" && html`<div>${whyOf(run)}</div>`}`;
}
