// What is left to do before a connection is live.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Badge } from "../../components/badge.js";
import { Icon } from "../../components/icon.js";

/** @import { Path } from "../../lib/paths.js" */
/** @type {{key: string, label: string, path: Path}[]} */
const STEPS = [
  { key: "connected", label: "Check the connection", path: "/connections/{c}/check" },
  { key: "mapping", label: "Save a mapping", path: "/connections/{c}/mapping" },
  { key: "test_record", label: "Send a test record", path: "/connections/{c}/mapping" },
  { key: "schedule", label: "Switch the schedule on", path: "/connections/{c}/schedule" },
];

export function LeftToDo({ connection, setup }) {
  const c = connection.connection_id;
  return html`<section class="left-to-do" aria-label="Left to do">
    <p><${Badge}>Being set up<//> <span class="muted">Nobody is alerted until it is live: after the first delivery, or when all of this is done.</span></p>
    <ul>
      ${STEPS.map(
        ({ key, label, path }) => html`<li key=${key}>
          <${Icon} name=${setup[key] ? "check" : "calm"} />
          <a href=${href(path, { c })}>${label}</a>
          <span class=${setup[key] ? "visually-hidden" : "muted"}>${setup[key] ? "Done" : "To do"}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}
