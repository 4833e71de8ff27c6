// The start page: the cards of all connections, those with problems first.

import { getAll } from "../../lib/api.js";
import { useData, useInterval } from "../../lib/data.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { readOverview } from "../../lib/overview.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { isUnderWay } from "../../lib/runs.js";
import { ButtonLink } from "../../components/button.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { Page } from "../../frame/page.js";
import { Card } from "./card.js";
import { problemOf } from "./facts.js";

const SOON_MS = 2000;
const AT_REST_MS = 60_000;

export default function ConnectionsPage() {
  const person = usePerson();
  const { data, error, reload } = useData((options) => getAll("connections", options), []);
  const actions = person.canConfigure && html`<${ButtonLink} kind="primary" icon="plus" href=${href("/new")}>New connection<//>`;
  return html`<${Page} title="Connections" actions=${actions}>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!error && !data && html`<${Loading} />`}
    ${data && (data.length === 0 ? html`<${NoConnections} />` : html`<${Cards} connections=${data} reload=${reload} />`)}
  <//>`;
}

function Cards({ connections, reload }) {
  const { data: all, error, loading, reload: loadFacts } = useData(readOverview, [connections]);
  const [order, setOrder] = useState(() => byName(connections));
  const [soonUntil, setSoonUntil] = useState(0);
  const facts = new Map((all ?? []).map((one) => [one.connection_id, one]));
  useEffect(() => {
    // Sorted only once, so that no card moves while somebody is about to click.
    setOrder(all ? byProblem(connections, facts) : byName(connections));
  }, [connections, all === null]);
  const isSoon = Date.now() < soonUntil || all?.some((one) => one.last_export && isUnderWay(one.last_export));
  // One request at a time, also if the answer takes longer than the pause.
  useInterval(() => loading || loadFacts(), isSoon ? SOON_MS : AT_REST_MS);
  const onRequested = () => {
    setSoonUntil(Date.now() + AT_REST_MS); // the run has yet to start
    loadFacts();
  };

  return html`${error && html`<${ErrorState} error=${error} onRetry=${loadFacts} />`}
    <ul class="cards">
      ${order.map(
        (connection) => html`<li key=${connection.connection_id}>
          <${Card}
            connection=${connection}
            facts=${facts.get(connection.connection_id)}
            loadFacts=${loadFacts}
            onRequested=${onRequested}
            reload=${reload}
          />
        </li>`,
      )}
    </ul>`;
}

function byName(connections) {
  return [...connections].sort((one, other) => one.name.localeCompare(other.name));
}

function byProblem(connections, facts) {
  const problem = ({ connection_id }) => (facts.has(connection_id) ? problemOf(facts.get(connection_id)) : 0);
  return [...connections].sort(
    (one, other) => problem(other) - problem(one) || one.name.localeCompare(other.name),
  );
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
