// Check Connection: the result of the last check, and a new check, step by step.

import { html, useRef } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { isUnderWay } from "../../lib/runs.js";
import { Badge, RunBadge } from "../../components/badge.js";
import { Sentence } from "../../components/sentence.js";
import { EmptyState, ErrorNotice, ErrorState, Loading, Notice } from "../../components/states.js";
import { Time } from "../../components/time.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { Abilities } from "./abilities.js";
import { HostKeyToConfirm, isFirstKey } from "./host_key.js";
import { CheckSteps } from "./steps.js";
import { TestButton } from "./test_button.js";
import { useCheck } from "./use_check.js";
import { PAGE, VERDICT } from "./words.js";

export default function CheckPage({ params: { c } }) {
  return html`<${ConnectionPage} c=${c} title=${PAGE.title} tab="/connections/{c}/check">
    ${(connection, keep) => html`<${Check} connection=${connection} keep=${keep} />`}
  <//>`;
}

function Check({ connection, keep }) {
  const person = usePerson();
  const check = useCheck(connection.connection_id, keep);
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
      <p class="muted">${PAGE.hint}</p>
      ${person.canRun && html`<${TestButton} kind="primary" connection=${connection} check=${check}>${run ? PAGE.again : PAGE.start}<//>`}
    </div>
    <${ErrorNotice} error=${check.error} />
    ${!run && html`<${EmptyState} title=${PAGE.notYet}><p>${PAGE.nobodyTested}</p><//>`}
    ${check.stale && html`<${Notice} tone="warn">${PAGE.stale}<//>`}
    ${run && html`<${Outcome} connection=${connection} run=${run} check=${check} onChanged=${checkAgain} found=${found} />`}
  </div>`;
}

function Outcome({ connection, run, check, onChanged, found }) {
  const person = usePerson();
  const over = !isUnderWay(run);
  // After a change of the connection, a key that was shown earlier may be another server's.
  return html`${over && !check.stale && html`<${HostKeyToConfirm} connection=${connection} run=${run} onPinned=${onChanged} />`}
    <section class="panel stack" aria-label=${PAGE.found} tabindex="-1" ref=${found}>
      <div class="row">
        ${over ? html`<${Verdict} connection=${connection} run=${run} stale=${check.stale} />` : html`<${RunBadge} run=${run} />`}
        ${run.finished_at &&
        html`<span class="muted">
          <${Time} at=${run.finished_at} zone=${connection.time_zone} />, ${PAGE.testedBy(run.requested_by)}
        </span>`}
      </div>
      ${over && run.steps.length === 0
        ? html`<p><${Sentence} text=${run.error?.message ?? run.message} /></p>`
        : html`<${CheckSteps} run=${run} connection=${connection} changeOf=${person.canConfigure && !check.stale ? settingsOf(connection) : null} onChanged=${onChanged} />`}
    </section>
    ${over && check.outcome && !check.stale && html`<${Abilities} connection=${connection} run=${run} outcome=${check.outcome} />`}`;
}

const settingsOf = ({ connection_id: c }) => (field) => href("/connections/{c}/settings", { c }, { field });

function Verdict({ connection, run, stale }) {
  const weak = run.steps.some((step) => step.result === "warning");
  if (!stale && isFirstKey(connection, run)) return html`<${Badge} tone="warn">${VERDICT.confirm}<//>`;
  if (run.status !== "succeeded") return html`<${Badge} tone="bad">${VERDICT.failed}<//>`;
  return weak ? html`<${Badge} tone="warn">${VERDICT.warning}<//>` : html`<${Badge} tone="good">${VERDICT.works}<//>`;
}
