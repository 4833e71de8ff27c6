// Re-send: the files of a past run, or the rows of some students, after a warning.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { calledBy, useStudentName } from "../../lib/student_names.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, RadioGroup, TextArea } from "../../components/fields.js";
import { ErrorNotice, ErrorState, Loading, Notice } from "../../components/states.js";
import { Time } from "../../components/time.js";
import { ReplacedFiles } from "../../shared/replaced_files.js";
import { useRequestedRun } from "../../shared/use_run.js";
import { RequestedRun, RunButton } from "./requested_run.js";
import { RESEND } from "./words.js";

const WHAT = [
  { value: "all", label: RESEND.all },
  { value: "files", label: RESEND.files },
  { value: "students", label: RESEND.students, hint: RESEND.studentsHint },
];

// With `student_id` it sends that student's rows of `school_year` only.
export function ResendDialog({ connection, run_id, student_id, school_year, onClose }) {
  const c = connection.connection_id;
  const resending = useRequestedRun(c);
  const name = useStudentName(c, student_id, student_id ? undefined : "");
  const { data: run, error, reload } = useData((options) => get(pathOf(c, "exports", run_id), options), [c, run_id]);
  const [what, setWhat] = useState(student_id ? "students" : "all");
  const [left, setLeft] = useState([]); // the paths of the files that are not sent
  const [typed, setTyped] = useState(student_id ?? "");
  const files = run ? filesOf(run, school_year) : [];
  const ids = typed.split(/[\s,;]+/).filter(Boolean);
  const chosen = what === "files" ? files.filter((file) => !left.includes(file.path)) : files;
  const body = {
    all: {},
    files: { files: chosen.map(({ school_year: year, name }) => ({ school_year: year, name })) },
    students: { student_ids: ids, ...(school_year && { school_years: [school_year] }) },
  }[what];
  const ready = run && chosen.length > 0 && (what !== "students" || ids.length > 0);
  const send = () => resending.start(pathOf(c, "exports", run_id, "resend"), body);
  const actions = html`<${Button} onClick=${onClose}>${resending.run || resending.busy ? RESEND.close : RESEND.cancel}<//>
    ${resending.run
      ? html`<${RunButton} c=${c} requested=${resending} />`
      : html`<${Button} kind="primary" disabled=${!ready} busy=${resending.busy} onClick=${send}>${RESEND.button}<//>`}`;
  return html`<${Dialog} title=${student_id ? RESEND.titleOf(calledBy(student_id, name)) : RESEND.title} onClose=${onClose} actions=${actions} wide>
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${!run && !error && html`<${Loading} />`}
    ${run && !resending.run && html`<p class="muted">${RESEND.exported}: <${Time} at=${run.started_at} zone=${connection.time_zone} /></p>`}
    ${run &&
    !resending.run &&
    !student_id &&
    html`<${RadioGroup} label=${RESEND.question} options=${WHAT} value=${what} onInput=${setWhat} />
      ${what === "files" && html`<${FileChoice} files=${files} left=${left} onInput=${setLeft} />`}
      ${what === "students" && html`<${TextArea} label=${RESEND.ids} hint=${RESEND.idsHint} value=${typed} onInput=${setTyped} />`}`}
    ${run && !resending.run && html`<${Warning} connection=${connection} files=${chosen} replaces=${run.resend_replaces} />`}
    <${RequestedRun} c=${c} requested=${resending} />
    <${Refusal} error=${resending.error} ids=${ids} />
  <//>`;
}

function filesOf(run, school_year) {
  return run.years
    .filter((year) => !school_year || year.school_year === school_year)
    .flatMap((year) => year.files.map((file) => ({ ...file, school_year: year.school_year })));
}

function FileChoice({ files, left, onInput }) {
  const toggle = (path) => (checked) => onInput(checked ? left.filter((one) => one !== path) : [...left, path]);
  return html`<div class="stack" role="group" aria-label=${RESEND.filesLabel}>
    ${files.map(
      (file) => html`<${Checkbox}
        key=${file.path}
        label=${`${file.name}, ${schoolYear(file.school_year)}`}
        checked=${!left.includes(file.path)}
        onInput=${toggle(file.path)}
      />`,
    )}
  </div>`;
}

function Warning({ connection, files, replaces }) {
  const paths = files.map((file) => file.path);
  const there = replaces.filter((one) => paths.includes(one.path));
  return html`<${Notice} tone="warn" title=${RESEND.warning}>
    <p>${RESEND.warningWhy}</p>
    <ul>${files.map((file) => html`<li key=${file.path}><code>${file.path}</code></li>`)}</ul>
    <${ReplacedFiles} connection=${connection} replaces=${there} />
    <p>${RESEND.unaffected}</p>
  <//>`;
}

// A refusal about students names the typed ids instead of their positions.
function Refusal({ error, ids }) {
  for (const one of error?.problems ?? []) one.label ??= ids[Number(one.path.match(/^student_ids\[(\d+)\]$/)?.[1])];
  return html`<${ErrorNotice} error=${error} />`;
}
