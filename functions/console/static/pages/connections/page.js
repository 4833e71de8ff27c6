// The start page: the cards of all connections, those with problems first.

import { get } from "../../lib/api.js";
import { useData, useInterval } from "../../lib/data.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { ButtonLink } from "../../components/button.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { Page } from "../../frame/page.js";
import { Card } from "./card.js";
import { factsOf, isUnsettled } from "./facts.js";

const UNDER_WAY_MS = 2000;
const AT_REST_MS = 60_000;

export default function ConnectionsPage() {
  const person = usePerson();
  const { data, error, reload } = useData((options) => get("connections", options), []);
  const actions = person.canConfigure && html`<${ButtonLink} kind="primary" icon="plus" href=${href("/new")}>New connection<//>`;
  return html`<${Page} title="Connections" actions=${actions}>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!error && !data && html`<${Loading} />`}
    ${data && (data.items.length === 0 ? html`<${NoConnections} />` : html`<${Cards} connections=${data.items} reload=${reload} />`)}
  <//>`;
}

function Cards({ connections, reload }) {
  const [facts, setFacts] = useState({});
  const [order, setOrder] = useState(() => byName(connections));
  const loadFacts = async (connection) => {
    const found = await factsOf(connection).catch((error) => ({ error, problem: 3 }));
    setFacts((known) => ({ ...known, [connection.connection_id]: found }));
    return [connection, found];
  };
  const loadAllFacts = async () => {
    const all = await withConcurrency(connections, loadFacts);
    setOrder(byProblem(all)); // sorted only once, so that no card moves while somebody is about to click
  };
  useEffect(() => {
    setOrder(byName(connections));
    loadAllFacts();
  }, [connections]);
  const underWay = connections.filter((one) => isUnsettled(facts[one.connection_id]));
  useInterval(() => underWay.forEach(loadFacts), underWay.length ? UNDER_WAY_MS : null);
  useInterval(() => withConcurrency(connections, loadFacts), AT_REST_MS);

  return html`<ul class="cards">
    ${order.map(
      (connection) => html`<li key=${connection.connection_id}>
        <${Card}
          connection=${connection}
          facts=${facts[connection.connection_id]}
          loadFacts=${() => loadFacts(connection)}
          reload=${reload}
        />
      </li>`,
    )}
  </ul>`;
}

// A few requests at a time, because an operator has hundreds of connections.
async function withConcurrency(items, act, limit = 2) {
  const done = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) done.push(await act(items[next++]));
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return done;
}

function byName(connections) {
  return [...connections].sort((one, other) => one.name.localeCompare(other.name));
}

function byProblem(all) {
  const sorted = [...all].sort(
    ([one, its], [other, others]) => others.problem - its.problem || one.name.localeCompare(other.name),
  );
  return sorted.map(([connection]) => connection);
}

function NoConnections() {
  const person = usePerson();
  return html`<${EmptyState} title="There is no connection yet">
    <p>
      A connection says where the files of a district go: its server, its folder, and how each field
      is written.
      ${!person.canConfigure && " Somebody with Full Access can make one."}
    </p>
    ${person.canConfigure && html`<p><a href=${href("/new")}>Make the first connection</a></p>`}
  <//>`;
}
