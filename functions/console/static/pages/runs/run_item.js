// A run in the history: its kind, its start, its result.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { KIND, heldOf, isUnderWay, phaseOf, rowsOf, schoolYear, startOf, startedBy, whyOf } from "../../lib/runs.js";
import { calledBy, useStudentName } from "../../lib/student_names.js";
import { RunBadge } from "../../components/badge.js";
import { Time, momentText } from "../../components/time.js";
import { needAttention } from "../../shared/run_words.js";
import { HISTORY } from "./words.js";

export function RunItem({ run, connection }) {
  const { connection_id: c, time_zone: zone } = connection;
  const at = startOf(run);
  const to = href("/connections/{c}/runs/{run}", { c, run: run.run_id });
  return html`<li class="run">
    <a class="run-what" href=${to} aria-label=${`${KIND[run.kind]}, ${momentText(at, zone)}`}>${KIND[run.kind]}</a>
    <div class="run-by">${byOf(run)}</div>
    <div class="run-result"><${RunBadge} run=${run} /></div>
    <div class="run-numbers">${summaryOf(run, c)}</div>
    <div class="run-when"><${Time} at=${at} zone=${zone} /></div>
  </li>`;
}

function Student({ c, student_id }) {
  return HISTORY.student(calledBy(student_id, useStudentName(c, student_id)));
}

function summaryOf(run, c) {
  if (isUnderWay(run)) return phaseOf(run);
  if (run.status === "failed") return whyOf(run);
  if (["check", "erasure"].includes(run.kind) || run.status === "cancelled") return run.message;
  if (run.kind === "test_record") return run.student_ids.length > 0 ? html`<${Student} c=${c} student_id=${run.student_ids[0]} />` : HISTORY.student(HISTORY.erased);
  if (run.status === "nothing_to_export") return "";
  const [sent, held] = [rowsOf(run), heldOf(run)];
  const students = run.kind === "dry_run" ? HISTORY.wouldBeSent(sent) : HISTORY.students(sent);
  return [run.status !== "awaiting_confirmation" && students, held > 0 && needAttention(held), ofYears(run)].filter(Boolean).join(" · ");
}

function byOf(run) {
  return [HISTORY.by(startedBy(run)), run.confirmed_by && HISTORY.approvedBy(run.confirmed_by)].filter(Boolean).join(", ");
}

function ofYears(run) {
  const years = run.years.filter((year) => year.status !== "nothing_to_export");
  return years.map((year) => schoolYear(year.school_year)).join(", ");
}
