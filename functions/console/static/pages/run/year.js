// One school year of a run: its files, held students, findings and errors.

import { html, useId } from "../../lib/html.js";
import { rowsOfYear, schoolYear } from "../../lib/runs.js";
import { RunBadge } from "../../components/badge.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { StudentLink } from "../../shared/links.js";
import { CarriedOver, ReplacedFiles } from "../../shared/replaced_files.js";
import { RunFiles } from "../../shared/run_files.js";
import { needAttention } from "../../shared/run_words.js";
import { Findings } from "./findings.js";
import { Held } from "./held.js";
import { Problem } from "./problem.js";
import { needsConfirmation, secondsText } from "./run_text.js";
import { Unmatched } from "./unmatched.js";
import { ReplacedRemedy } from "./replaced_remedy.js";
import { YEAR } from "./words.js";

export function Year({ connection, run, year }) {
  const c = connection.connection_id;
  const id = useId();
  // A finding is among the warnings too; it is shown once, with its actions.
  const fromFindings = new Set(year.findings.map((finding) => finding.message));
  const findings = year.findings.filter((finding) => !needsConfirmation(year, finding)); // those are shown above
  const warnings = year.warnings.filter((text) => !fromFindings.has(text));
  return html`<section class="panel stack" aria-labelledby=${id}>
    <div class="year-head">
      <h2 id=${id}>${schoolYear(year.school_year)}</h2>
      <${RunBadge} run=${year} kind=${run.kind} />
      <p class="muted">${summaryOf(year, run.kind === "dry_run")}</p>
    </div>
    ${year.error && html`<${Problem} c=${c} error=${year.error} />`}
    <${Findings} connection=${connection} findings=${findings} />
    ${warnings.map((text) => html`<${Notice} key=${text} tone="warn"><p><${Sentence} text=${text} /></p><//>`)}
    ${year.header_only.length > 0 && html`<${Notice}><p>${YEAR.headerOnly[0]}${year.header_only.map((path) => html` <code key=${path}>${path}</code>`)}${YEAR.headerOnly[1]}</p><//>`}
    ${year.files.length > 0 && html`<${RunFiles} c=${c} run=${run} year=${year} />`}
    <${ReplacedFiles} connection=${connection} replaces=${year.replaces} test=${run.kind === "test_record"} done=${isSent(run, year)} />
    ${isSent(run, year) && html`<${ReplacedRemedy} connection=${connection} run=${run} year=${year} />`}
    <${CarriedOver} connection=${connection} carried=${year.carried_over} dry=${run.kind === "dry_run"} />
    ${year.held_count > 0 && html`<${Held} connection=${connection} run=${run} year=${year} />`}
    ${year.delivered_before.length > 0 && html`<${DeliveredBefore} c=${c} year=${year} />`}
    ${year.unmatched.length > 0 && html`<${Unmatched} c=${c} values=${year.unmatched} />`}
  </section>`;
}

// Whether the year's files were sent; a preview and a year that waits, failed or was canceled sent none.
function isSent(run, year) {
  return run.kind !== "dry_run" && ["succeeded", "partial"].includes(year.status);
}

function DeliveredBefore({ c, year }) {
  const ids = year.delivered_before;
  return html`<details>
    <summary>${YEAR.notSentAgain(year.delivered_before_count)}</summary>
    <p class="inside id-list">${ids.map((id) => html`<${StudentLink} key=${id} c=${c} student_id=${id} />`)}</p>
    ${year.delivered_before_count > ids.length && html`<p class="muted inside">${YEAR.theFirst(ids.length)}</p>`}
  </details>`;
}

function summaryOf(year, isPreview) {
  const sent = rowsOfYear(year);
  const facts = [
    sent > 0 && (isPreview ? YEAR.wouldBeSent(sent) : YEAR.sent(sent)),
    year.held_count > 0 && needAttention(year.held_count),
    year.left_out > 0 && YEAR.filteredOut(year.left_out),
    year.duration_seconds !== null && secondsText(year.duration_seconds),
  ];
  return facts.filter(Boolean).join(" · ");
}
