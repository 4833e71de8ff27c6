// The frame of a page about one connection: its name, Export Students, and links to its other pages.

import { get, pathOf } from "../lib/api.js";
import { useData } from "../lib/data.js";
import { html, useState } from "../lib/html.js";
import { CONNECTION_TABS, href } from "../lib/paths.js";
import { usePerson } from "../lib/person.js";
import { Button } from "../components/button.js";
import { EmptyState, ErrorState, Loading } from "../components/states.js";
import { ExportDialog } from "../shared/export/dialog.js";
import { exportWasRequested } from "../shared/export/requested.js";
import { DeletionNotice } from "./deletion_notice.js";
import { Page } from "./page.js";
import { CONNECTION } from "./words.js";

const names = new Map(); // of connections that were shown, for the heading of their next page

// `children` receives (connection, keep) once the connection is loaded; call `keep` with the connection
// after a save. `title` is a text, or a function of the connection or of null before it is loaded. `tab` is the
// path of the page, or of the page that this one is `below`; then its title is shown, because no tab has it.
export function ConnectionPage({ title, c, tab, below = false, actions, children }) {
  const { data: connection, error, reload, keep } = useData((options) => get(pathOf(c), options), [c]);
  if (connection) names.set(c, connection.name);
  if (error?.status === 404) return html`<${UnknownConnection} key="unknown" />`;
  return html`<${Page}
    title=${typeof title === "function" ? title(connection) : title}
    of=${names.get(c)}
    showTitle=${below}
    above=${[{ label: CONNECTION.all, href: "#/" }]}
    actions=${connection && html`${actions}<${ExportStudents} connection=${connection} />`}
  >
    <${ConnectionTabs} c=${c} selected=${tab} />
    ${connection?.deletion && html`<${DeletionNotice} connection=${connection} />`}
    ${connection ? children(connection, keep) : error ? html`<${ErrorState} error=${error} onRetry=${reload} />` : html`<${Loading} />`}
  <//>`;
}

function ExportStudents({ connection }) {
  const person = usePerson();
  const [open, setOpen] = useState(false);
  if (!person.canRun || connection.deletion) return null;
  return html`<${Button} kind="primary" icon="arrow" onClick=${() => setOpen(true)}>${CONNECTION.exportStudents}<//>
    ${open &&
    html`<${ExportDialog} connection=${connection} onRequested=${exportWasRequested} onClose=${() => setOpen(false)} />`}`;
}

function UnknownConnection() {
  return html`<${Page} title=${CONNECTION.notFound}>
    <${EmptyState} title=${CONNECTION.notFoundWhy}>
      <p><a href="#/">${CONNECTION.goToAll}</a></p>
    <//>
  <//>`;
}

function ConnectionTabs({ c, selected }) {
  const { canConfigure } = usePerson();
  const tabs = CONNECTION_TABS.filter((tab) => canConfigure || !("configures" in tab));
  return html`<nav class="connection-tabs" aria-label=${CONNECTION.pages}>
    ${tabs.map(
      ({ path, label }) => html`<a
        key=${path}
        href=${href(path, { c })}
        aria-current=${path === selected ? "page" : undefined}
      >${label}</a>`,
    )}
  </nav>`;
}
