// Check Connection: the result of the last check, and a new check, step by step.

import { html, useRef } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { isUnderWay } from "../../lib/runs.js";
import { Badge, RunBadge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Sentence } from "../../components/sentence.js";
import { EmptyState, ErrorNotice, ErrorState, Loading, Notice } from "../../components/states.js";
import { Time } from "../../components/time.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { Abilities } from "./abilities.js";
import { HostKeyToConfirm, isFirstKey } from "./host_key.js";
import { CheckSteps } from "./steps.js";
import { useCheck } from "./use_check.js";

export default function CheckPage({ params: { c } }) {
  return html`<${ConnectionPage} c=${c} title="Check Connection" tab="/connections/{c}/check">
    ${(connection, keep) => html`<${Check} connection=${connection} keep=${keep} />`}
  <//>`;
}

function Check({ connection, keep }) {
  const person = usePerson();
  const check = useCheck(connection.connection_id);
  const { run } = check;
  const found = useRef(null);
  const checkAgain = (now) => {
    found.current.focus(); // because the pressed button is about to disappear
    keep(now);
    check.start();
  };
  if (check.failed) return html`<${ErrorState} error=${check.failed} onRetry=${check.reload} />`;
  if (check.loading) return html`<${Loading} />`;
  return html`<div class="stack narrow">
    <div class="row check-head">
      <p class="muted">
        Looks, step by step, whether files would arrive. It writes one small file, which importers
        overlook, and removes it again.
      </p>
      ${person.canRun && html`<${Button} kind="primary" busy=${check.busy} onClick=${check.start}>Check now<//>`}
    </div>
    <${ErrorNotice} error=${check.error} />
    ${!run && html`<${EmptyState} title="Not checked yet"><p>Nobody has tried whether this connection works.</p><//>`}
    ${check.stale && html`<${Notice} tone="warn">The connection was changed after this check: check it again.<//>`}
    ${run && html`<${Outcome} connection=${connection} run=${run} check=${check} onPinned=${checkAgain} found=${found} />`}
  </div>`;
}

function Outcome({ connection, run, check, onPinned, found }) {
  const person = usePerson();
  const over = !isUnderWay(run);
  // After a change of the connection, a key that was shown earlier may be another server's.
  return html`${over && !check.stale && html`<${HostKeyToConfirm} connection=${connection} run=${run} onPinned=${onPinned} />`}
    <section class="panel stack" aria-label="What the check found" tabindex="-1" ref=${found}>
      <div class="row">
        ${over ? html`<${Verdict} connection=${connection} run=${run} stale=${check.stale} />` : html`<${RunBadge} run=${run} />`}
        ${run.finished_at &&
        html`<span class="muted">
          <${Time} at=${run.finished_at} zone=${connection.time_zone} />, asked for by ${run.requested_by}
        </span>`}
      </div>
      ${over && run.steps.length === 0
        ? html`<p><${Sentence} text=${run.error?.message ?? run.message} /></p>`
        : html`<${CheckSteps} run=${run} connection=${connection} linkSettings=${person.canConfigure} />`}
    </section>
    ${over && check.outcome && !check.stale && html`<${Abilities} connection=${connection} run=${run} outcome=${check.outcome} />`}`;
}

function Verdict({ connection, run, stale }) {
  const weak = run.steps.some((step) => step.result === "warning");
  if (!stale && isFirstKey(connection, run)) return html`<${Badge} tone="warn">Waits for you to confirm the host key<//>`;
  if (run.status !== "succeeded") return html`<${Badge} tone="bad">Does not work yet<//>`;
  return weak ? html`<${Badge} tone="warn">Works, with a weakness<//>` : html`<${Badge} tone="good">Works<//>`;
}
