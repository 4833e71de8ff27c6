// The facts of a connection, as its card and the tables show them. `one` is an item of `readOverview`.

import { html } from "../lib/html.js";
import { momentOf, needsApproval } from "../lib/overview.js";
import { href } from "../lib/paths.js";
import { usePerson } from "../lib/person.js";
import { heldOf, isUnderWay, phaseOf, rowsOf, whyOf } from "../lib/runs.js";
import { Badge, RunBadge } from "../components/badge.js";
import { ButtonLink } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { Sentence } from "../components/sentence.js";
import { Progress } from "../components/states.js";
import { Time, dayText } from "../components/time.js";
import { FACTS } from "./words.js";

const isUnknown = (one, fact) => one.unavailable.includes(fact);
const NotAvailable = () => html`<span class="muted">${FACTS.notAvailable}</span>`;

export function LastExport({ one }) {
  const { connection_id: c, last_export: run, time_zone: zone } = one;
  if (isUnknown(one, "last_export")) return html`<${NotAvailable} />`;
  if (!run) return FACTS.noExport;
  if (isUnderWay(run)) return html`<${Progress} label=${phaseOf(run)} />`;
  const to = href("/connections/{c}/runs/{run}", { c, run: run.run_id });
  return html`<${RunBadge} run=${run} />
    <span><a href=${to}><${Time} at=${momentOf(run)} zone=${zone} /></a></span>
    <${Outcome} run=${run} />`;
}

function Outcome({ run }) {
  if (run.status === "failed") return html`<p class="why"><${Sentence} text=${whyOf(run)} /></p>`;
  if (run.status === "awaiting_confirmation" || run.status === "nothing_to_export") return null;
  return html`<span>${FACTS.sent(rowsOf(run), heldOf(run))}</span>`;
}

// An export that waits for a decision: how many students, and the link to decide.
export function Approval({ one }) {
  const { canOverride } = usePerson();
  if (!needsApproval(one)) return null;
  const to = href("/connections/{c}/runs/{run}", { c: one.connection_id, run: one.last_export.run_id });
  return html`<div class="notice warn approval">
    <${Icon} name="warning" />
    <p>${FACTS.needsApproval(canOverride, one)}</p>
    <${ButtonLink} href=${to} aria-label=${FACTS.reviewOf(one.name)}>${FACTS.review}<//>
  </div>`;
}

// What waits now: "25 ready to send · 15 need attention".
export function Waiting({ one }) {
  if (isUnknown(one, "students")) return html`<${NotAvailable} />`;
  const to = href("/connections/{c}/students", { c: one.connection_id }, { list: "held" });
  return html`<span>${FACTS.ready(one)}</span>
    ${one.held > 0 && html`<span aria-hidden="true"> · </span><a href=${to}><${Badge} tone="warn">${FACTS.attention(one)}<//></a>`}`;
}

export function NextExport({ one }) {
  const { scheduled, overdue, next_export: at, paused_until: until, time_zone: zone } = one;
  if (isUnknown(one, "schedule")) return html`<${NotAvailable} />`;
  if (!scheduled) return html`<span class="muted">${FACTS.notScheduled}</span>`;
  return html`${overdue && html`<${Badge} tone="bad">${FACTS.overdue}<//> `}
    ${until && html`<${Badge}>${FACTS.paused}<//> <span>${FACTS.pausedUntil(dayText(until))}</span> `}
    ${at ? html`<${Time} at=${at} zone=${zone} />` : FACTS.noneComing}`;
}
