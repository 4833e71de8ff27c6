// Export Students: a dry run shows what would be sent, then the export is followed to its end.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { followRun, heldOf, phaseOf, rowsOf, rowsOfYear, schoolYear } from "../../lib/runs.js";
import { announce } from "../../components/announce.js";
import { RunBadge } from "../../components/badge.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Notice, Progress } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { count, number } from "../../components/time.js";
import { CarriedOver, ReplacedFiles, mayLose } from "../replaced_files.js";
import { REQUESTED, useRequestedRun } from "../use_run.js";

export function ExportDialog({ connection, onRequested, onClose }) {
  const c = connection.connection_id;
  const [dryRun, setDryRun] = useState(null); // set when the dry run is over
  const [carry, setCarry] = useState(false); // whether students of uncollected files go again
  const control = useRef(new AbortController());
  const { signal } = control.current;

  const trying = useAction(async (options) => {
    const { run_id } = await post(pathOf(c, "exports"), { dry_run: true, ...options }, { signal });
    const found = await followRun(c, run_id, { signal });
    setDryRun(found);
    announce(found.message);
  });
  const exporting = useRequestedRun(c, onRequested);
  const { run } = exporting;
  useEffect(() => {
    trying.run({});
    return () => control.current.abort();
  }, []);

  const options = carry ? { carry_over: true } : {};
  const isShown = !dryRun || dryRun.carry_over === carry;
  useEffect(() => {
    if (!isShown && !trying.busy && !trying.error) trying.run(options);
  }, [isShown, trying.busy]);
  const rows = dryRun ? rowsOf(dryRun) : 0;
  const due = dryRun && hasFiles(dryRun);
  const ended = run && !exporting.busy;
  const to = ended && href("/connections/{c}/runs/{run}", { c, run: run.run_id });
  const actions = html`<${Button} onClick=${onClose}>${run || exporting.busy || (dryRun && !due) ? "Close" : "Cancel"}<//>
    ${to && html`<${ButtonLink} kind="primary" href=${to}>Open the run<//>`}
    ${!run &&
    due &&
    html`<${Button} kind="primary" busy=${exporting.busy} disabled=${trying.busy || !isShown} onClick=${() => exporting.start(pathOf(c, "exports"), options)}>
      ${rows > 0 ? `Export ${count(rows, "student")}` : "Export"}
    <//>`}`;
  return html`<${Dialog} title="Export Students" onClose=${onClose} actions=${actions} wide>
    <p class="muted">${connection.name}</p>
    ${trying.busy && html`<${Progress} label="Looking at what is due; nothing is sent yet" />`}
    ${!run && dryRun && html`<${DryRunResult} run=${dryRun} connection=${connection} />`}
    ${!run && due && mayLose(connection, dryRun) && html`<${CarryChoice} checked=${carry} onInput=${setCarry} />`}
    ${exporting.busy && html`<${Progress} label=${phaseOf(run ?? REQUESTED)} /><p class="hint">You may close this: the export goes on, and its card shows how it ends.</p>`}
    ${ended && !exporting.error && html`<${ExportResult} run=${run} />`}
    <${ErrorNotice} error=${trying.error ?? exporting.error} />
  <//>`;
}

function CarryChoice(choice) {
  return html`<${Checkbox}
    ...${choice}
    label="Carry over: send the students of that file again, too"
    hint="As they are now, in the new file. Without this, the SIS gets only the new file."
  />`;
}

// A file of removals has no rows.
function hasFiles(run) {
  return run.years.some((year) => !year.error && year.files.length > 0);
}

function DryRunResult({ run, connection }) {
  if (run.status === "nothing_to_export")
    return html`<${Notice} title="Nothing to export">
      <p>Nobody was synced since the last export. The files on the server stay as they are.</p>
    <//>`;
  if (run.status === "failed") return html`<${ErrorResult} run=${run} title="An export now would fail" />`;
  const [rows, held] = [rowsOf(run), heldOf(run)];
  const to = connection.delivery === "download" ? "archive" : "server";
  const removals = hasFiles(run) ? `Only removals would go to the ${to} now.` : "Nobody would go now.";
  return html`<p>
      ${rows > 0 ? `${count(rows, "student")} would go to the ${to} now.` : removals}
      ${held > 0 && ` ${count(held, "student is held back and stays", "students are held back and stay")} due.`}
    </p>
    <${Years} run=${run} />
    ${run.years.map(
      (year) => html`<${ReplacedFiles} key=${`r${year.school_year}`} connection=${connection} replaces=${year.replaces} />
        <${CarriedOver} key=${`c${year.school_year}`} connection=${connection} carried=${year.carried_over} dry />`,
    )}`;
}

function ExportResult({ run }) {
  if (run.status === "failed") return html`<${ErrorResult} run=${run} title="The export failed" />`;
  return html`<p class="ended"><${RunBadge} run=${run} /> <${Sentence} text=${run.message} /></p>
    ${run.years.length > 0 && html`<${Years} run=${run} />`}`;
}

function ErrorResult({ run, title }) {
  const errors = [run.error, ...run.years.map((year) => year.error)].filter(Boolean);
  return html`<${Notice} tone="bad" title=${title}>
    ${errors.map((error) => html`<p key=${error.message}><${Sentence} text=${error.message} /></p>`)}
    ${errors.length === 0 && html`<p><${Sentence} text=${run.message} /></p>`}
  <//>`;
}

function Years({ run }) {
  const warnings = run.years.flatMap((year) => year.warnings.map((text) => `${schoolYear(year.school_year)}: ${text}`));
  return html`<${Table}
      label="Students of each school year"
      rows=${run.years}
      id=${(year) => year.school_year}
      columns=${[
        { label: "School year", heading: true, cell: (year) => schoolYear(year.school_year) },
        { label: "Rows", number: true, cell: (year) => number(rowsOfYear(year)) },
        { label: "Held back", number: true, cell: (year) => number(year.held_count) },
        { label: "Files", cell: (year) => (year.error ? html`<${Sentence} text=${year.error.message} />` : paths(year)) },
      ]}
    />
    ${warnings.map((text) => html`<${Notice} key=${text} tone="warn">${text}<//>`)}`;
}

function paths(year) {
  return html`<ul class="plain">${year.files.map((file) => html`<li key=${file.path}><code>${file.path}</code></li>`)}</ul>`;
}
