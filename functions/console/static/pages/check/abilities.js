// What the server supports, according to the last check.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";
import { ABILITIES } from "./words.js";

const DELETES = { ok: ABILITIES.yes, warning: ABILITIES.noDeletes };

export function Abilities({ connection, run, outcome }) {
  const replaces = ABILITIES.replacedBy[outcome.replaced_by];
  const passed = (name) => ["ok", "warning"].includes(outcome.steps[name]);
  if (run.steps.length === 0 || !passed("sign_in")) return null;
  return html`<${Section} title=${ABILITIES.title}>
    <dl class="pairs">
      <div><dt>${ABILITIES.replaces}</dt><dd>${replaces ?? ABILITIES.unknown}</dd></div>
      <div>
        <dt>${ABILITIES.folder}</dt>
        <dd>${passed("write") ? html`<code>${connection.folder || "."}</code>` : ABILITIES.unknown}</dd>
      </div>
      <div><dt>${ABILITIES.deletes}</dt><dd>${DELETES[outcome.steps.delete] ?? ABILITIES.unknown}</dd></div>
    </dl>
  <//>`;
}
