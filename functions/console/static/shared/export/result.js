// What a preview found, and how an export ended.

import { html } from "../../lib/html.js";
import { heldOf, rowsOf, rowsOfYear, schoolYear } from "../../lib/runs.js";
import { RunBadge } from "../../components/badge.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { number } from "../../components/time.js";
import { sentenceOf } from "../run_sentence.js";
import { CarriedOver, ReplacedFiles, atRisk } from "../replaced_files.js";
import { readyAndHeld } from "../run_words.js";
import { PREVIEW, RESULT, YEARS } from "./words.js";

// A file of removals has no rows.
export function hasFiles(run) {
  return run.years.some((year) => !year.error && year.files.length > 0);
}

export function Preview({ run, connection }) {
  if (run.status === "nothing_to_export")
    return html`<${Notice} title=${PREVIEW.nothing}><p>${PREVIEW.nothingWhy}</p><//>`;
  if (run.status === "failed") return html`<${Errors} run=${run} title=${PREVIEW.failed} />`;
  const [ready, held] = [rowsOf(run), heldOf(run)];
  const nobody = hasFiles(run) ? PREVIEW.onlyRemovals : PREVIEW.nobody(held);
  const replaces = run.years.flatMap((year) => year.replaces);
  const list = html`<${ReplacedFiles} connection=${connection} replaces=${replaces} />`;
  return html`<p><strong>${ready > 0 ? `${readyAndHeld(ready, held)}.` : nobody}</strong></p>
    <${Years} run=${run} ready />
    ${atRisk(connection, run).length > 0 ? html`<${Notice} tone="warn">${list}<//>` : list}
    ${run.years.map((year) => html`<${CarriedOver} key=${year.school_year} connection=${connection} carried=${year.carried_over} dry />`)}`;
}

export function ExportResult({ run }) {
  if (run.status === "failed") return html`<${Errors} run=${run} title=${RESULT.failed} />`;
  return html`<p class="run-state"><${RunBadge} run=${run} /> <${Sentence} text=${sentenceOf(run)} /></p>
    ${run.years.length > 0 && html`<${Years} run=${run} />`}`;
}

function Errors({ run, title }) {
  const errors = [run.error, ...run.years.map((year) => year.error)].filter(Boolean);
  return html`<${Notice} tone="bad" title=${title}>
    ${errors.map((error) => html`<p key=${error.message}><${Sentence} text=${error.message} /></p>`)}
    ${errors.length === 0 && html`<p><${Sentence} text=${run.message} /></p>`}
  <//>`;
}

function Years({ run, ready = false }) {
  const warnings = run.years.flatMap((year) => year.warnings.map((text) => `${schoolYear(year.school_year)}: ${text}`));
  return html`<${Table}
      label=${YEARS.label}
      rows=${run.years}
      id=${(year) => year.school_year}
      columns=${[
        { label: YEARS.year, heading: true, cell: (year) => schoolYear(year.school_year) },
        { label: ready ? YEARS.ready : YEARS.sent, number: true, cell: (year) => number(rowsOfYear(year)) },
        { label: YEARS.held, number: true, cell: (year) => number(year.held_count) },
        { label: YEARS.files, cell: (year) => (year.error ? html`<${Sentence} text=${year.error.message} />` : paths(year)) },
      ]}
    />
    ${warnings.map((text) => html`<${Notice} key=${text} tone="warn"><p><${Sentence} text=${text} /></p><//>`)}`;
}

function paths(year) {
  return html`<ul class="plain paths">${year.files.map((file) => html`<li key=${file.path}><code>${file.path}</code></li>`)}</ul>`;
}
