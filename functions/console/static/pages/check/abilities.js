// What the server supports, according to the last check.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";

const REPLACES = {
  posix_rename: "At once: an importer sees the old file or the new one, and nothing between.",
  rename: "At once: an importer sees the old file or the new one, and nothing between.",
  aside_and_rename: "In two steps: for an instant there is no file. No importer sees half of one.",
  in_place: "Only by writing over it: an importer may see half a file.",
};

const TIDIES = { ok: "Yes", warning: "No: it does not let the account delete files." };

export function Abilities({ connection, run, outcome }) {
  const replaces = REPLACES[outcome.replaced_by];
  const passed = (name) => ["ok", "warning"].includes(outcome.steps[name]);
  if (run.steps.length === 0 || !passed("sign_in")) return null;
  return html`<${Section} title="What the server can do">
    <dl class="pairs">
      <div><dt>Replaces a file</dt><dd>${replaces ?? "Not found out."}</dd></div>
      <div>
        <dt>Takes files into</dt>
        <dd>${passed("write") ? html`<code>${connection.folder || "."}</code>` : "Not found out."}</dd>
      </div>
      <div><dt>Lets us tidy up</dt><dd>${TIDIES[outcome.steps.delete] ?? "Not found out."}</dd></div>
    </dl>
  <//>`;
}
