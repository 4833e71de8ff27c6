// The head of a run: its status, its facts, and its actions.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { heldOf, isUnderWay, phaseOf, rowsOf, startedBy } from "../../lib/runs.js";
import { toast } from "../../components/announce.js";
import { RunBadge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Copyable } from "../../components/copyable.js";
import { FactList } from "../../components/fact_list.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Progress } from "../../components/states.js";
import { Time, count, number } from "../../components/time.js";
import { RunLink, StudentLink } from "../../shared/links.js";
import { ChangedSince } from "./changed_since.js";
import { Problem } from "./problem.js";
import { ResendDialog } from "./resend_dialog.js";
import { secondsText } from "./run_text.js";

const COUNTED = ["export", "dry_run", "resend"];

export function Summary({ connection, run, reload }) {
  const c = connection.connection_id;
  const underWay = isUnderWay(run);
  return html`<section class="panel stack" aria-label="Summary">
    <div class="run-state">
      <${RunBadge} run=${run} />
      ${!run.error && run.message && html`<p><${Sentence} text=${run.message} /></p>`}
    </div>
    ${run.error && html`<${Problem} c=${c} error=${run.error} />`}
    ${underWay && html`<${UnderWay} run=${run} />`}
    <${FactList} facts=${factsOf(connection, run)} />
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
  const version = run.mapping_version && `Version ${run.mapping_version}`;
  return [
    ["Started", html`<${Time} at=${run.started_at ?? run.requested_at} zone=${zone} />`],
    ["Started by", startedBy(run)],
    ["Took", run.duration_seconds !== null && secondsText(run.duration_seconds)],
    ["Students", counts && !waits && number(rowsOf(run))],
    ["Held back", counts && number(heldOf(run))],
    ["Left out by conditions", leftOut > 0 && number(leftOut)],
    ["Everyone of the year", run.contents === "all" && "Yes, not only changes"],
    ["Decided", decided(run)],
    ["Erased", run.kind === "erasure" && erased(run.erased)],
    [run.kind === "dry_run" || waits ? "Would go to" : "Sent to", run.sent_to === "download" ? "Kept for download" : run.sent_to],
    ["Mapping", version && html`<a href=${mapping}>${version}</a>`],
    ["Repeats", run.resend_of && html`<${RunLink} c=${c} run_id=${run.resend_of} />`],
    [run.student_ids.length === 1 ? "Student" : "Of students", run.student_ids.length > 0 && html`<${Students} c=${c} ids=${run.student_ids} />`],
    ["Attempt", run.attempt > 1 && number(run.attempt)],
    ["Run", html`<${Copyable} label="the id of the run" text=${run.run_id} />`],
  ];
}

function erased({ snapshots, lines, files, runs }) {
  return [
    count(snapshots, "registration"),
    `${count(lines, "row")} in ${count(files, "kept file")}`,
    count(runs, "record of a run", "records of runs"),
  ].join(", ");
}

function decided(run) {
  const text = [
    run.confirmed_by && `Approved by ${run.confirmed_by}`,
    run.override_held && "Without those held, whoever they are",
    run.override_guards && "Whatever the guards find",
    run.carry_over && "With the students of files that were not collected",
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
    toast("The run was cancelled.");
    await reload();
  });
  const files = run.years.some((year) => year.files.length > 0);
  const canResend = run.kind === "export" && run.finished_at && files && connection.delivery === "sftp";
  if (!person.canRun || !(canResend || run.status === "pending")) return null;
  return html`<div class="row">
      ${run.status === "pending" && html`<${Button} busy=${cancelling.busy} onClick=${() => cancelling.run()}>Cancel the run<//>`}
      ${canResend && html`<${Button} icon="arrow" onClick=${() => setSending(true)}>Send again<//>`}
    </div>
    <${ErrorNotice} error=${cancelling.error} />
    ${sending && html`<${ResendDialog} connection=${connection} run_id=${run.run_id} onClose=${() => setSending(false)} />`}`;
}
