// All districts at a glance: the last export of each connection, failures of the last night first.

import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { byUrgency, failedLastNight, readOverview } from "../../lib/overview.js";
import { href } from "../../lib/paths.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Page } from "../../frame/page.js";
import { LastExport, NextExport, Waiting } from "../../shared/connection_facts.js";
import { OVERVIEW } from "./words.js";

export default function OverviewPage() {
  const { data: all, error, loading, reload } = useData(readOverview, []);
  const actions = all && html`<${Button} busy=${loading} onClick=${reload}>${OVERVIEW.refresh}<//>`;
  return html`<${Page} title=${OVERVIEW.title} actions=${actions}>
    ${!all && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!all && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${all && error} title=${OVERVIEW.outOfDate} />
    ${all && all.length === 0 && html`<${EmptyState} title=${OVERVIEW.none} />`}
    ${all && all.length > 0 && html`<p>${summaryOf(all)}</p>
      <${Table} label=${OVERVIEW.caption} columns=${COLUMNS} rows=${byUrgency(all)} id=${(one) => one.connection_id} />`}
  <//>`;
}

function summaryOf(all) {
  return OVERVIEW.summary(all.length, all.filter(failedLastNight).length, all.filter((one) => one.overdue).length);
}

const COLUMNS = [
  {
    label: OVERVIEW.connection,
    heading: true,
    cell: ({ connection_id: c, name, setup }) =>
      html`<a href=${href("/connections/{c}/runs", { c })}>${name}</a>${!setup.live && html` <${Badge}>${OVERVIEW.setup}<//>`}`,
  },
  { label: OVERVIEW.district, cell: ({ district }) => district },
  { label: OVERVIEW.lastExport, cell: (one) => html`<${LastExport} one=${one} />` },
  { label: OVERVIEW.waiting, cell: (one) => html`<${Waiting} one=${one} />` },
  { label: OVERVIEW.nextExport, cell: (one) => html`<${NextExport} one=${one} />` },
];
