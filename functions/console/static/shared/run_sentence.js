// A run's result in words.

import { heldOf, rowsOf, schoolYear } from "../lib/runs.js";
import { ENDED } from "./run_words.js";

// The run's result in one or two sentences: of runs that send students with their numbers.
export function sentenceOf(run) {
  const [sent, held] = [rowsOf(run), heldOf(run)];
  const download = run.sent_to === "download";
  const failed = run.years.filter((year) => year.error).map((year) => schoolYear(year.school_year));
  const and = failed.length > 0 ? ` ${ENDED.someYearsFailed(failed.join(", "))}` : "";
  switch (`${run.kind} ${run.status}`) {
    case "dry_run succeeded":
    case "dry_run partial":
      return ENDED.preview(sent, held) + and;
    case "dry_run nothing_to_export":
      return ENDED.previewNothing;
    case "dry_run failed":
      return run.error?.message ?? ENDED.previewFailed;
    case "export succeeded":
      return ENDED.sent(sent, download);
    case "export partial":
      return (held > 0 ? ENDED.held(sent, held, download) : ENDED.sent(sent, download)) + and;
    case "export nothing_to_export":
      return ENDED.nothing;
    case "resend succeeded":
      return ENDED.resent(sent);
  }
  return run.message;
}
