// The last step: what to do next.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { TABS } from "../../lib/words.js";
import { ButtonLink } from "../../components/button.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { DONE } from "./words.js";
import { PAGE as CHECK } from "../check/words.js";

/** @import { Path } from "../../lib/paths.js" */
/** @type {{path: Path, label: string, text: string}[]} */
const NEXT = [
  {
    path: "/connections/{c}/mapping",
    label: TABS.mapping,
    text: DONE.mapping,
  },
  { path: "/connections/{c}/check", label: CHECK.title, text: DONE.check },
  { path: "/connections/{c}/schedule", label: TABS.schedule, text: DONE.schedule },
  { path: "/connections/{c}/settings", label: TABS.settings, text: DONE.settings },
];

export function DoneStep({ stored }) {
  const c = stored.connection_id;
  const pages = NEXT.map((one) => ({ ...one, to: href(one.path, { c }) }));
  const isConnected = stored.setup.live || stored.setup.connected;
  return html`<${Section} title=${isConnected ? DONE.title(stored.name) : DONE.notConnected(stored.name)}>
      ${!isConnected && html`<${Notice} tone="warn">${DONE.noTest}<//>`}
      ${stored.programs.length === 0 &&
      html`<${Notice} tone="warn">${DONE.noPrograms}<//>`}
      <p>${DONE.next}</p>
      <ul class="what-next plain">
        ${pages.map(({ label, text, to }) => html`<li key=${to}><a href=${to}>${label}</a><p class="muted">${text}</p></li>`)}
      </ul>
    <//>
    <div class="row">
      <${ButtonLink} kind="primary" href=${href("/connections/{c}/mapping", { c })}>${DONE.goOn}<//>
      <${ButtonLink} href="#/">${DONE.seeAll}<//>
    </div>`;
}
