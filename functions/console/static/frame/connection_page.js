// The frame of a page about one connection: its name above, and links to its other pages.

import { get, pathOf } from "../lib/api.js";
import { useData } from "../lib/data.js";
import { html } from "../lib/html.js";
import { CONNECTION_TABS, href } from "../lib/paths.js";
import { usePerson } from "../lib/person.js";
import { ErrorState, Loading } from "../components/states.js";
import { DeletionNotice } from "./deletion_notice.js";
import { Page } from "./page.js";

// `children` receives (connection, keep) once the connection is loaded; call `keep` with the connection
// after a save. `tab` is the path of the page.
export function ConnectionPage({ title, c, tab, actions, children }) {
  const { data: connection, error, reload, keep } = useData((options) => get(pathOf(c), options), [c]);
  const above = [{ label: "Connections", href: "#/" }, { label: connection?.name ?? c }];
  return html`<${Page} title=${title} above=${above} actions=${connection && actions}>
    <${ConnectionTabs} c=${c} selected=${tab} />
    ${connection?.deletion && html`<${DeletionNotice} connection=${connection} />`}
    ${connection ? children(connection, keep) : error ? html`<${ErrorState} error=${error} onRetry=${reload} />` : html`<${Loading} />`}
  <//>`;
}

function ConnectionTabs({ c, selected }) {
  const { canConfigure } = usePerson();
  const tabs = CONNECTION_TABS.filter((tab) => canConfigure || !("configures" in tab));
  return html`<nav class="connection-tabs" aria-label="Pages of this connection">
    ${tabs.map(
      ({ path, label }) => html`<a
        key=${path}
        href=${href(path, { c })}
        aria-current=${path === selected ? "page" : undefined}
      >${label}</a>`,
    )}
  </nav>`;
}
