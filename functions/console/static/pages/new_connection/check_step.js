// The third step: a live check of the connection, and the host key to confirm.

import { html, useEffect, useRef } from "../../lib/html.js";
import { isUnderWay } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { Section } from "../../components/section.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Loading, Notice } from "../../components/states.js";
import { HostKeyToConfirm, isFirstKey } from "../check/host_key.js";
import { CheckSteps } from "../check/steps.js";
import { TestButton } from "../check/test_button.js";
import { useCheck } from "../check/use_check.js";
import { PAGE as TEST } from "../check/words.js";
import { NO_SECRETS } from "../settings/draft.js";
import { CHECK, PAGE } from "./words.js";

export function CheckStep({ stored, keep, go, addressOf, typed }) {
  const check = useCheck(stored.connection_id, keep);
  const { run } = check;
  useEffect(() => {
    const isRefused = stored.sign_in?.refused_at; // never tried again by itself: servers lock accounts
    if (!check.loading && (!run || check.stale) && !isRefused) check.start();
  }, [check.loading]);
  const over = run && !check.busy && !isUnderWay(run);
  const signedIn = run?.steps.find(({ step }) => step === "sign_in");
  if (signedIn && signedIn.result !== "skipped") typed.current = NO_SECRETS; // the server has seen them
  const error = check.error ?? (check.loading ? check.failed : null);
  const still = over || (error && !check.busy); // no check is running
  const works = over && run.status === "succeeded";
  const warning = works && run.steps.find((step) => step.result === "warning");
  const next = () => go("mapping");
  const steps = useRef(null);
  const checkAgain = (connection) => {
    steps.current.focus(); // because the pressed button is about to disappear
    keep(connection);
    check.start();
  };
  return html`${over && html`<${HostKeyToConfirm} connection=${stored} run=${run} onPinned=${checkAgain} />`}
    <${Section} title=${CHECK.title} hint=${CHECK.hint}>
      ${!run && !error && html`<${Loading} label=${CHECK.loading} />`}
      <div tabindex="-1" ref=${steps} role="group" aria-label=${CHECK.steps}>
        ${run && html`<${CheckSteps} run=${run} connection=${stored} changeOf=${(field) => addressOf("server", { field })} onChanged=${checkAgain} />`}
      </div>
      ${over && run.steps.length === 0 && html`<p><${Sentence} text=${run.error?.message ?? run.message} /></p>`}
    <//>
    <${ErrorNotice} error=${error} />
    ${works &&
    html`<${Notice} tone=${warning ? "warn" : "good"} title=${warning ? CHECK.worksWithWarning : CHECK.works}>
      <${Sentence} text=${warning?.message ?? run.message} />
    <//>`}
    ${over && !works && !isFirstKey(stored, run) && html`<${Notice} tone="warn">${CHECK.fix}<//>`}
    <div class="row">
      ${works && html`<${Button} kind="primary" onClick=${next}>${CHECK.next}<//>`}
      ${still && !works && (check.loading ? html`<${Button} onClick=${check.reload}>${TEST.again}<//>` : html`<${TestButton} kind="primary" connection=${stored} check=${check}>${TEST.again}<//>`)}
      <${Button} onClick=${() => go("server")}>${PAGE.back}<//>
      ${!works && html`<${Button} kind="quiet" disabled=${!still} onClick=${next}>${CHECK.continueWithout}<//>`}
    </div>`;
}
