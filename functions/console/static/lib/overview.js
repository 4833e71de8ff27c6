// The facts of all connections that the person may see, and what they mean.

import { getAll } from "./api.js";
import { folded } from "./text/names.js";

const LAST_NIGHT_HOURS = 26;

// [{connection_id, name, district, sis, last_export, due, held, overdue, setup, next_export, unavailable, …}]
export const readOverview = (options) => getAll("overview", options);

export const isFailed = ({ last_export: run }) => run?.status === "failed";
export const needsApproval = ({ last_export: run }) => run?.status === "awaiting_confirmation";
export const failedLastNight = (one) =>
  one.setup.live && isFailed(one) && Date.now() - new Date(momentOf(one.last_export)).getTime() < LAST_NIGHT_HOURS * 3_600_000;

// 0 is the most urgent: failures of the last night, other failures, overdue, needs approval, students need
// attention, something is not known, the rest, and connections that are being set up, whatever they show.
export function rankOf(one) {
  if (!one.setup.live) return 7;
  if (isFailed(one)) return failedLastNight(one) ? 0 : 1;
  if (one.overdue) return 2;
  if (needsApproval(one)) return 3;
  if (one.held > 0 || one.last_export?.status === "partial") return 4;
  return one.unavailable.length > 0 ? 5 : 6;
}

export const needsAttention = (one) => !one.deletion && rankOf(one) < 6;

export function byUrgency(all) {
  return [...all].sort((one, other) => rankOf(one) - rankOf(other) || one.name.localeCompare(other.name));
}

// Whether each typed word is in the name, the district or the SIS; accents and case do not count.
export function isFound({ name, district, sis }, typed) {
  const text = folded([name, district, sis].join(" "));
  return folded(typed).split(/\s+/).every((word) => text.includes(word));
}

export function momentOf(run) {
  return run.finished_at ?? run.started_at ?? run.requested_at;
}
