// The frame of a page of one connection: its name above, and its other pages beside.

import { get, pathOf } from "../api.js";
import { useData } from "../data.js";
import { html } from "../html.js";
import { href } from "../router.js";
import { ROUTES } from "../routes.js";
import { Page } from "./page.js";
import { ErrorState, Loading } from "./states.js";

// `children` is called with (connection, keep) when it is there; who saves gives `keep` what it
// became. `tab` is the path of the route.
export function ConnectionPage({ title, c, tab, actions, children }) {
  const { data: connection, error, reload, keep } = useData((options) => get(pathOf(c), options), [c]);
  const above = [{ label: "Connections", href: "#/" }, { label: connection?.name ?? c }];
  return html`<${Page} title=${title} above=${above} actions=${connection && actions}>
    <${ConnectionTabs} c=${c} selected=${tab} />
    ${connection ? children(connection, keep) : error ? html`<${ErrorState} error=${error} onRetry=${reload} />` : html`<${Loading} />`}
  <//>`;
}

function ConnectionTabs({ c, selected }) {
  const tabs = ROUTES.filter((route) => route.tab);
  if (tabs.length < 2) return null;
  return html`<nav class="connection-tabs" aria-label="Pages of this connection">
    ${tabs.map(
      (route) => html`<a
        key=${route.path}
        href=${href(route.path, { c })}
        aria-current=${route.path === selected ? "page" : undefined}
      >${route.tab}</a>`,
    )}
  </nav>`;
}
