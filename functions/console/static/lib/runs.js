// The labels of runs, whether a run is over, and following a run until it is.

import { get, pathOf, wait } from "./api.js";
import { PREVIEW_STATUS, RUN_KIND, RUN_PHASE, RUN_STATUS, STARTED_BY } from "./words.js";

const POLL_MS = [300, 500, 700, 1000, 1500];

export const STATUS = {
  pending: { label: RUN_STATUS.pending, tone: "busy" },
  in_progress: { label: RUN_STATUS.in_progress, tone: "busy" },
  awaiting_confirmation: { label: RUN_STATUS.awaiting_confirmation, tone: "warn" },
  succeeded: { label: RUN_STATUS.succeeded, tone: "good" },
  partial: { label: RUN_STATUS.partial, tone: "warn" },
  nothing_to_export: { label: RUN_STATUS.nothing_to_export, tone: "calm" },
  failed: { label: RUN_STATUS.failed, tone: "bad" },
  cancelled: { label: RUN_STATUS.cancelled, tone: "calm" },
};

const OF_PREVIEWS = {
  succeeded: { label: PREVIEW_STATUS.succeeded, tone: "calm" },
  partial: { label: PREVIEW_STATUS.partial, tone: "calm" },
  failed: { label: PREVIEW_STATUS.failed, tone: "bad" },
};

export const KIND = RUN_KIND;

// {label, tone} of a run, or of a year of a run of this kind.
export function statusOf({ status, kind }) {
  const known = { ...STATUS, ...(kind === "dry_run" ? OF_PREVIEWS : {}) };
  return known[status] ?? { label: status, tone: "calm" };
}

export function isUnderWay(run) {
  return run.status === "pending" || run.status === "in_progress";
}

// The current phase of a run: "2025–26: sending".
export function phaseOf(run) {
  if (run.status === "pending") return RUN_PHASE.waiting;
  if (run.kind === "erasure") return RUN_PHASE.erasing;
  if (!run.phase) return RUN_PHASE.reading;
  const [year, phase] = run.phase.split(": ");
  return `${schoolYear(Number(year))}: ${RUN_PHASE[phase] ?? phase}`;
}

// When the run began: a run that waited for an approval began before it.
export function startOf(run) {
  return run.first_started_at ?? run.started_at ?? run.requested_at;
}

// Who or what started a run: the schedule, a person, or an operator.
export function startedBy(run) {
  if (run.trigger === "schedule") return STARTED_BY.schedule;
  return run.requested_by || (run.trigger === "hand" ? STARTED_BY.operator : STARTED_BY.request);
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
