// What is left to do before a connection is live.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { Badge } from "../../components/badge.js";
import { ButtonLink } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { CARD, SETUP } from "./words.js";

/** @import { Path } from "../../lib/paths.js" */
/** @type {{key: string, label: string, path: Path}[]} */
const STEPS = [
  { key: "connected", label: SETUP.connected, path: "/connections/{c}/check" },
  { key: "mapping", label: SETUP.mapping, path: "/connections/{c}/mapping" },
  { key: "test_record", label: SETUP.testRecord, path: "/connections/{c}/mapping" },
  { key: "schedule", label: SETUP.schedule, path: "/connections/{c}/schedule" },
];

export function LeftToDo({ connection, setup }) {
  const c = connection.connection_id;
  return html`<section class="left-to-do" aria-label=${SETUP.region}>
    <${FinishSetup} connection=${connection} setup=${setup} />
    <p class="hint">${SETUP.hint}</p>
    <ul>
      ${STEPS.map(
        ({ key, label, path }) => html`<li key=${key}>
          <${Icon} name=${setup[key] ? "check" : "calm"} />
          <a href=${href(path, { c })}>${label}</a>
          <span class=${setup[key] ? "visually-hidden" : "muted"}>${setup[key] ? SETUP.done : SETUP.toDo}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}

const OF_THE_WIZARD = ["connected", "mapping"];

// In short: how far it is, and the way to the next step.
export function FinishSetup({ connection, setup }) {
  const { canConfigure } = usePerson();
  const next = STEPS.find(({ key }) => !setup[key]);
  const c = connection.connection_id;
  const to = next && (OF_THE_WIZARD.includes(next.key) ? href("/new", {}, { connection: c }) : href(next.path, { c }));
  return html`<p class="finish-setup">
    <${Badge}>${CARD.setup}<//>
    <span class="muted">${SETUP.progress(STEPS.filter(({ key }) => setup[key]).length, STEPS.length)}</span>
    ${canConfigure && next && html`<${ButtonLink} href=${to} aria-label=${`${SETUP.finish}: ${connection.name}`}>${SETUP.finish}<//>`}
  </p>`;
}
