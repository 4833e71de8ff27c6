// The last step: what to do next.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { ButtonLink } from "../../components/button.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";

/** @import { Path } from "../../lib/paths.js" */
/** @type {{path: Path, label: string, text: string}[]} */
const NEXT = [
  {
    path: "/connections/{c}/mapping",
    label: "Export Student Mapping",
    text: "Enter some students as examples, and look at each field's mapped value.",
  },
  { path: "/connections/{c}/check", label: "Check Connection", text: "If something was left to be mended." },
  { path: "/connections/{c}/schedule", label: "Schedule", text: "The times of the scheduled export. It is off as yet." },
  { path: "/connections/{c}/settings", label: "Settings", text: "Guards before sending, and all that you have written here." },
];

export function DoneStep({ stored }) {
  const c = stored.connection_id;
  const pages = NEXT.map((one) => ({ ...one, to: href(one.path, { c }) }));
  return html`<${Section} title=${`${stored.name} is set up`}>
      ${stored.programs.length === 0 &&
      html`<${Notice} tone="warn">SchoolMint Enroll may not sync to it: change that in its settings.<//>`}
      <p>
        Registrations arrive as soon as somebody syncs them in Enroll. Nothing is sent before you send a
        test record, choose Export Students on its card, or switch the schedule on.
      </p>
      <ul class="what-next plain">
        ${pages.map(({ label, text, to }) => html`<li key=${to}><a href=${to}>${label}</a><p class="muted">${text}</p></li>`)}
      </ul>
    <//>
    <div class="row">
      <${ButtonLink} kind="primary" href=${href("/connections/{c}/mapping", { c })}>Go on with the mapping<//>
      <${ButtonLink} href="#/">See all connections<//>
    </div>`;
}
