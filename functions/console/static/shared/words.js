// The text of the parts that several pages share.

import { atLeast, count, number } from "../components/time.js";

const students = (value, bounded) => (bounded ? `at least ${count(value, "student")}` : count(value, "student"));

// csv_file.js
export const CSV_FILE = {
  tooLarge: "The file is over 100 MB. Save only the columns that you need.",
  noCsv: "This is an Excel workbook or a zip file. Save the list as CSV.",
  empty: "The file is empty.",
};

// connection_facts.js
export const FACTS = {
  notAvailable: "Not available right now",
  noExport: "No exports yet",
  sent: (sent, attention) => `${count(sent, "student")} sent${attention > 0 ? ` · ${needAttention(number(attention), attention)}` : ""}`,
  ready: ({ due, at_least: bounded }) => `${atLeast(due, bounded)} ready to send`,
  attention: ({ held, at_least: bounded }) => needAttention(atLeast(held, bounded), held),
  needsApproval: (mayApprove, { due, held, at_least: bounded }) =>
    `${mayApprove ? "Needs your approval" : "Needs approval by someone with Full Access"}` +
    (due === null ? "." : `: ${students(due, bounded)} ready${held > 0 ? `, ${needAttention(number(held), held)}` : ""}.`),
  review: "Review",
  reviewOf: (name) => `Review the export of ${name}`,
  notScheduled: "Not scheduled",
  overdue: "Overdue",
  paused: "Paused",
  pausedUntil: (day) => `through ${day}. Next export:`,
  noneComing: "None",
};

function needAttention(shown, value) {
  return `${shown} ${value === 1 ? "needs" : "need"} attention`;
}

export const LINKS = {
  see: "See",
  rows: (file) => `the rows of ${file}`,
  field: (field, file) => `${field} in ${file}`,
};
