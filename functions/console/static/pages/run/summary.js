// The head of a run: its status, its facts, and its actions.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { heldOf, isUnderWay, phaseOf, rowsOf, startOf, startedBy } from "../../lib/runs.js";
import { toast } from "../../components/announce.js";
import { RunBadge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { FactList } from "../../components/fact_list.js";
import { Menu } from "../../components/menu.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Progress } from "../../components/states.js";
import { Time, count, number } from "../../components/time.js";
import { RunLink, StudentLink } from "../../shared/links.js";
import { sentenceOf } from "../../shared/run_sentence.js";
import { ChangedSince } from "./changed_since.js";
import { Problem } from "./problem.js";
import { ResendDialog } from "./resend_dialog.js";
import { secondsText } from "./run_text.js";
import { FACTS, RUN } from "./words.js";

const COUNTED = ["export", "dry_run", "resend"];

export function Summary({ connection, run, reload }) {
  const c = connection.connection_id;
  const underWay = isUnderWay(run);
  return html`<section class="panel stack" aria-label=${RUN.summary}>
    <div class="run-state">
      <${RunBadge} run=${run} />
      ${!run.error && run.message && html`<p><${Sentence} text=${sentenceOf(run)} /></p>`}
    </div>
    ${run.error && html`<${Problem} c=${c} error=${run.error} />`}
    ${underWay && html`<${UnderWay} run=${run} />`}
    <${FactList} facts=${factsOf(connection, run)} />
    <${Technical} run=${run} />
    ${!underWay && html`<${ChangedSince} c=${c} zone=${connection.time_zone} run=${run} />`}
    <${Actions} connection=${connection} run=${run} reload=${reload} />
  </section>`;
}

// A run lists the finished years; the total is known only if years were requested.
function UnderWay({ run }) {
  const asked = run.school_years?.length ?? 0;
  const steps = asked > 1 ? { value: run.years.length, max: asked } : {};
  return html`<${Progress} label=${phaseOf(run)} ...${steps} />`;
}

function factsOf(connection, run) {
  const { connection_id: c, time_zone: zone } = connection;
  const waits = run.status === "awaiting_confirmation";
  const counts = COUNTED.includes(run.kind) && run.years.length > 0;
  const leftOut = run.years.reduce((sum, year) => sum + year.left_out, 0);
  const mapping = href("/connections/{c}/mapping", { c });
  const version = run.mapping_version && FACTS.version(run.mapping_version);
  const isPreview = run.kind === "dry_run";
  const held = heldOf(run);
  const sentTo = run.sent_to === "download" ? FACTS.download : run.sent_to;
  const students = run.student_ids.length > 0 && html`<${Students} c=${c} ids=${run.student_ids} />`;
  return [
    [FACTS.started, html`<${Time} at=${startOf(run)} zone=${zone} />`],
    [FACTS.startedBy, startedBy(run)],
    [FACTS.approved, run.confirmed_by && html`<${Approved} run=${run} zone=${zone} />`],
    [FACTS.took, run.duration_seconds !== null && secondsText(run.duration_seconds)],
    [isPreview ? FACTS.wouldBeSent : FACTS.sent, counts && !waits && count(rowsOf(run), "student")],
    [FACTS.needAttention, counts && held > 0 && count(held, "student")],
    [FACTS.filteredOut, leftOut > 0 && number(leftOut)],
    [FACTS.everyone, run.contents === "all" && FACTS.everyoneYes],
    [FACTS.options, optionsOf(run)],
    [FACTS.erased, run.kind === "erasure" && erasedParts(run.erased)],
    [isPreview || waits ? FACTS.wouldGoTo : FACTS.sentTo, sentTo],
    [FACTS.mapping, version && html`<a href=${mapping}>${version}</a>`],
    [FACTS.repeats, run.resend_of && html`<${RunLink} c=${c} run_id=${run.resend_of} />`],
    [run.student_ids.length === 1 ? FACTS.student : FACTS.students, students],
  ];
}

function Approved({ run, zone }) {
  return html`${run.confirmed_at && html`<${Time} at=${run.confirmed_at} zone=${zone} />${" "}`}${FACTS.by(run.confirmed_by)}`;
}

function Technical({ run }) {
  return html`<details>
    <summary>${RUN.technical}</summary>
    <${FactList}
      facts=${[
        [FACTS.id, html`<${Copyable} label=${FACTS.idOf} text=${run.run_id} />`],
        [FACTS.attempt, run.attempt > 1 && number(run.attempt)],
      ]}
    />
  </details>`;
}

function erasedParts({ snapshots, lines, files, runs }) {
  return FACTS.erasedParts(snapshots, lines, files, runs);
}

function optionsOf(run) {
  const text = [
    run.override_held && FACTS.withoutHeld,
    run.override_guards && FACTS.overridden,
    run.carry_over && FACTS.carriedOver,
  ];
  return text.filter(Boolean).join(". ");
}

function Students({ c, ids }) {
  return html`<span class="id-list">${ids.map((id) => html`<${StudentLink} key=${id} c=${c} student_id=${id} />`)}</span>`;
}

function Actions({ connection, run, reload }) {
  const person = usePerson();
  const [sending, setSending] = useState(false);
  const c = connection.connection_id;
  const cancelling = useAction(async () => {
    await post(pathOf(c, "exports", run.run_id, "cancel"));
    toast(RUN.canceled);
    await reload();
  });
  const files = run.years.some((year) => year.files.length > 0);
  const canResend = run.kind === "export" && run.finished_at && files && connection.delivery === "sftp";
  if (!person.canRun || !(canResend || run.status === "pending")) return null;
  return html`<div class="row">
      ${run.status === "pending" && html`<${Button} busy=${cancelling.busy} onClick=${() => cancelling.run()}>${RUN.cancel}<//>`}
      ${canResend && html`<${Menu} label=${RUN.actions} text=${RUN.more} items=${[{ label: RUN.resend, onSelect: () => setSending(true) }]} />`}
    </div>
    <${ErrorNotice} error=${cancelling.error} />
    ${sending && html`<${ResendDialog} connection=${connection} run_id=${run.run_id} onClose=${() => setSending(false)} />`}`;
}
