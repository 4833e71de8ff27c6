// History: the runs of a connection, the newest first.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { replaceAddress } from "../../lib/router.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { DryRunButton } from "./dry_run_button.js";
import { Filters, filtersOf, isFiltered } from "./filters.js";
import { RunItem } from "./run_item.js";
import { useRuns } from "./use_runs.js";
import { HISTORY, NONE } from "./words.js";

const PATH = "/connections/{c}/runs";

export default function HistoryPage({ params: { c }, query }) {
  const person = usePerson();
  const actions = person.canRun && html`<${DryRunButton} c=${c} />`;
  return html`<${ConnectionPage} c=${c} title=${HISTORY.title} tab=${PATH} actions=${actions}>
    ${(connection) => html`<${History} connection=${connection} filters=${filtersOf(query)} />`}
  <//>`;
}

function History({ connection, filters }) {
  const c = connection.connection_id;
  const { items, next, error, reload, more } = useRuns(c, filters);
  const { data: status } = useData((options) => get(pathOf(c, "status"), options), [c]);
  const filter = (wanted) => replaceAddress(href(PATH, { c }, wanted));
  const years = status?.years.map((year) => year.school_year) ?? [];
  return html`<${Filters} filters=${filters} years=${years} onInput=${filter} />
    ${!items && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!items && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${items && error} title=${HISTORY.stale} />
    ${items && items.length === 0 && html`<${NoRuns} more=${next} filters=${filters} onClear=${() => filter({})} />`}
    ${items &&
    items.length > 0 &&
    html`<ol class="runs" aria-label=${HISTORY.list}>
      ${items.map((run) => html`<${RunItem} key=${run.run_id} run=${run} connection=${connection} />`)}
    </ol>`}
    ${next && html`<div class="row more-runs"><${Button} busy=${more.busy} onClick=${() => more.run()}>${HISTORY.showMore}<//></div>`}
    <${ErrorNotice} error=${more.error} />`;
}

function NoRuns({ more, filters, onClear }) {
  if (!isFiltered(filters)) return html`<${EmptyState} title=${NONE.yet}><p>${NONE.yetWhy}</p><//>`;
  return html`<${EmptyState} title=${more ? NONE.newest : NONE.match}>
    <p>${more ? NONE.newestWhy : NONE.matchWhy}</p>
    <${Button} onClick=${onClear}>${NONE.clear}<//>
  <//>`;
}
