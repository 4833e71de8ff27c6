// The start page: all connections, those that need attention first; cards, or rows where there are many.

import { useData, useInterval } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { byUrgency, isFound, needsAttention, readOverview } from "../../lib/overview.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { replaceAddress } from "../../lib/router.js";
import { isUnderWay } from "../../lib/runs.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Checkbox, TextField } from "../../components/fields.js";
import { EmptyState, ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { Page } from "../../frame/page.js";
import { Card } from "./card.js";
import { Rows } from "./rows.js";
import { FIND, PAGE } from "./words.js";

const SOON_MS = 2000;
const SOON_EACH_MS = 500; // of many that export at once, because each costs some reads
const AT_REST_MS = 60_000;
const MOST_CARDS = 8;
const NONE = new Map();

export default function ConnectionsPage({ query }) {
  const person = usePerson();
  const { data, error, loading, reload } = useData(readOverview, []);
  const [newer, setNewer] = useState(NONE); // facts of some connections, read since
  useEffect(() => setNewer(NONE), [data]);
  const all = data && data.map((one) => newer.get(one.connection_id) ?? one);
  useInterval(() => loading || reload(), AT_REST_MS);
  const [soonUntil, setSoonUntil] = useState({}); // by connection: an export was requested there, and has yet to start
  const under = (all ?? []).filter((one) => Date.now() < soonUntil[one.connection_id] || (one.last_export && isUnderWay(one.last_export)));
  useInterval(() => loading || readFacts(under).then((found) => setNewer((before) => new Map([...before, ...found])), () => undefined), under.length > 0 && Math.max(SOON_MS, SOON_EACH_MS * under.length));
  const onRequested = (c) => {
    setSoonUntil({ ...soonUntil, [c]: Date.now() + AT_REST_MS });
    reload();
  };
  const actions = person.canConfigure && html`<${ButtonLink} kind="primary" icon="plus" href=${href("/new")}>${PAGE.newConnection}<//>`;
  return html`<${Page} title=${PAGE.title} actions=${actions}>
    ${!all && error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!all && !error && html`<${Loading} />`}
    <${ErrorNotice} error=${all && error} title=${PAGE.outOfDate} />
    ${all && (all.length === 0 ? html`<${NoConnections} />` : html`<${Connections} all=${all} query=${query} reload=${reload} onRequested=${onRequested} />`)}
  <//>`;
}

// {id: facts} of these connections only: to read all costs hundreds of reads. If it fails, the next reading of all says why.
async function readFacts(some) {
  const found = await readOverview({ query: { connections: some.map((one) => one.connection_id).join() } });
  return new Map(found.map((one) => [one.connection_id, one]));
}

function Connections({ all, query, reload, onRequested }) {
  const [typed, isUrgent] = [query.get("search") ?? "", query.has("attention")];
  const ordered = useOrder(all);
  const find = (search, attention) => replaceAddress(href("/", {}, { ...(search && { search }), ...(attention && { attention: "1" }) }));
  const shown = ordered.filter((one) => isFound(one, typed) && (!isUrgent || needsAttention(one)));
  const isMany = all.length > MOST_CARDS;
  const isTable = useIsWide() && isMany;
  return html`${(isMany || typed || isUrgent) &&
    html`<search class="find">
      <${TextField} label=${FIND.search} type="search" value=${typed} onInput=${(text) => find(text, isUrgent)} />
      <${Checkbox} label=${FIND.attentionOnly(all.filter(needsAttention).length)} checked=${isUrgent} onInput=${(on) => find(typed, on)} />
      <p class="muted" role="status">${FIND.shown(shown.length, all.length)}</p>
    </search>`}
    ${shown.length === 0 &&
    html`<${EmptyState} title=${FIND.nothing}>
      <p>${FIND.nothingHint}</p>
      <${Button} onClick=${() => find("", false)}>${FIND.clear}<//>
    <//>`}
    ${shown.length > 0 && (isTable ? html`<${Rows} connections=${shown} reload=${reload} onRequested=${onRequested} />` : html`<${Cards} connections=${shown} reload=${reload} onRequested=${onRequested} />`)}`;
}

// On a phone a table would scroll sideways.
function useIsWide() {
  const [media] = useState(() => matchMedia("(min-width: 761px)"));
  const [isWide, setWide] = useState(media.matches);
  useEffect(() => {
    const update = () => setWide(media.matches);
    media.addEventListener("change", update);
    return () => media.removeEventListener("change", update);
  }, []);
  return isWide;
}

// The connections in the order of the first reading, so that nothing moves while somebody is about to click.
function useOrder(all) {
  const order = useRef([]);
  const known = new Map(all.map((one) => [one.connection_id, one]));
  const added = byUrgency(all.filter((one) => !order.current.includes(one.connection_id)));
  order.current = [...order.current, ...added.map((one) => one.connection_id)].filter((id) => known.has(id));
  return order.current.map((id) => known.get(id));
}

function Cards({ connections, ...others }) {
  return html`<ul class="cards">
    ${connections.map((connection) => html`<li key=${connection.connection_id}><${Card} connection=${connection} ...${others} /></li>`)}
  </ul>`;
}

function NoConnections() {
  const { canConfigure } = usePerson();
  return html`<${EmptyState} title=${PAGE.none}>
    <p>${PAGE.noneHint} ${!canConfigure && PAGE.askFullAccess}</p>
    ${canConfigure && html`<p><a href=${href("/new")}>${PAGE.first}</a></p>`}
  <//>`;
}
