// The third step: a live check of the connection, and the host key to confirm.

import { html, useEffect, useRef } from "../../lib/html.js";
import { isUnderWay } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { Section } from "../../components/section.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Loading, Notice } from "../../components/states.js";
import { HostKeyToConfirm, isFirstKey } from "../check/host_key.js";
import { CheckSteps } from "../check/steps.js";
import { useCheck } from "../check/use_check.js";

export function CheckStep({ stored, keep, go }) {
  const check = useCheck(stored.connection_id);
  const { run } = check;
  useEffect(() => {
    if (!check.loading && (!run || check.stale)) check.start();
  }, [check.loading]);
  const over = run && !check.busy && !isUnderWay(run);
  const error = check.error ?? (check.loading ? check.failed : null);
  const still = over || (error && !check.busy); // no check is running
  const works = over && run.status === "succeeded";
  const steps = useRef(null);
  const checkAgain = (connection) => {
    steps.current.focus(); // because the pressed button is about to disappear
    keep(connection);
    check.start();
  };
  return html`${over && html`<${HostKeyToConfirm} connection=${stored} run=${run} onPinned=${checkAgain} />`}
    <${Section} title="Would files arrive?" hint="Each step is tried on the server. One small file is written, and removed again.">
      ${!run && !error && html`<${Loading} label="Looking at the connection …" />`}
      <div tabindex="-1" ref=${steps} role="group" aria-label="Steps of the check">
        ${run && html`<${CheckSteps} run=${run} connection=${stored} />`}
      </div>
      ${over && run.steps.length === 0 && html`<p><${Sentence} text=${run.error?.message ?? run.message} /></p>`}
    <//>
    <${ErrorNotice} error=${error} />
    ${works && html`<${Notice} tone="good" title="It works"><${Sentence} text=${run.message} /><//>`}
    ${over &&
    !works &&
    !isFirstKey(stored, run) &&
    html`<${Notice} tone="warn">
      Mend what the failed step says, and check again. You may also go on, and mend it later: nothing is
      sent before it works.
    <//>`}
    <div class="row">
      <${Button} kind=${works ? "primary" : "plain"} disabled=${!still} onClick=${() => go("mapping")}>
        ${works ? "Next: the mapping" : "Go on, and mend it later"}
      <//>
      ${still && !works && html`<${Button} onClick=${check.loading ? check.reload : check.start}>Check again<//>`}
      <${Button} onClick=${() => go("server")}>Back<//>
    </div>`;
}
