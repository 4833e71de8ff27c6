// What several parts of a run's page need.

import { duration } from "../../components/time.js";

// Whether a year waits for a decision because of this finding.
export function needsConfirmation(year, finding) {
  return year.status === "awaiting_confirmation" && finding.action === "hold";
}

// "under 0.1 s", "0.4 s", "12 s", "2 min 5 s"
export function secondsText(seconds) {
  if (seconds < 0.1) return "under 0.1 s";
  return seconds < 10 ? `${seconds} s` : duration(0, seconds * 1000);
}
