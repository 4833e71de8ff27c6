// The labels of runs, whether a run is over, and following a run until it is.

import { get, pathOf, wait } from "./api.js";

const POLL_MS = [300, 500, 700, 1000, 1500];

export const STATUS = {
  pending: { label: "Waiting to start", tone: "busy" },
  in_progress: { label: "Running", tone: "busy" },
  awaiting_confirmation: { label: "Needs approval", tone: "warn" },
  succeeded: { label: "Succeeded", tone: "good" },
  partial: { label: "Needs attention", tone: "warn" },
  nothing_to_export: { label: "Nothing to export", tone: "calm" },
  failed: { label: "Failed", tone: "bad" },
  cancelled: { label: "Canceled", tone: "calm" },
};

// A preview sends nothing, so it neither succeeds nor is partly done.
const PREVIEW_STATUS = {
  succeeded: { label: "Nothing sent", tone: "calm" },
  partial: { label: "Nothing sent", tone: "calm" },
  failed: { label: "Would fail", tone: "bad" },
};

export const KIND = {
  export: "Export",
  dry_run: "Preview",
  resend: "Re-send",
  test_record: "Test record",
  check: "Check",
  erasure: "Erasure",
};

const PHASE = {
  mapping: "preparing the files",
  "carrying over": "adding the students of the last file",
  archiving: "saving a copy",
  delivering: "sending",
};

// {label, tone} of a run, or of a year of a run of this kind.
export function statusOf({ status, kind }) {
  const known = { ...STATUS, ...(kind === "dry_run" ? PREVIEW_STATUS : {}) };
  return known[status] ?? { label: status, tone: "calm" };
}

export function isUnderWay(run) {
  return run.status === "pending" || run.status === "in_progress";
}

// The current phase of a run: "2025–26: sending".
export function phaseOf(run) {
  if (run.status === "pending") return "Waiting to start";
  if (run.kind === "erasure") return "Erasing";
  if (!run.phase) return "Checking which students are ready";
  const [year, phase] = run.phase.split(": ");
  return `${schoolYear(Number(year))}: ${PHASE[phase] ?? phase}`;
}

// When the run began: a run that waited for an approval began before it.
export function startOf(run) {
  return run.first_started_at ?? run.started_at ?? run.requested_at;
}

// Who or what started a run: the schedule, a person, or an operator.
export function startedBy(run) {
  if (run.trigger === "schedule") return "the schedule";
  return run.requested_by || (run.trigger === "hand" ? "an operator, by hand" : "request");
}

// Why a run failed, in its own words.
export function whyOf(run) {
  return run.error?.message ?? run.years.find((year) => year.error)?.error.message ?? run.message;
}

export function schoolYear(year) {
  return `${year}–${String((year + 1) % 100).padStart(2, "0")}`;
}

// A dry run of a year that would fail has rows too, but none of them would be sent.
export function rowsOfYear(year) {
  return year.error ? 0 : year.rows;
}

export function rowsOf(run) {
  return sum(run.years.map(rowsOfYear));
}

export function heldOf(run) {
  return sum(run.years.map((year) => year.held_count));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

// Polls a run until it is over; `show` receives each state.
export async function followRun(connection_id, run_id, { signal, show = (_run) => {} }) {
  for (let reading = 0; ; reading += 1) {
    const run = await get(pathOf(connection_id, "exports", run_id), { signal });
    show(run);
    if (!isUnderWay(run)) return run;
    await wait(POLL_MS[Math.min(reading, POLL_MS.length - 1)], signal);
  }
}
