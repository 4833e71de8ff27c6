// The visible sentences about what becomes of the example students.

import { count, number } from "../../../components/time.js";

export const VALUE = {
  notInFile: "not in the file",
  unknown: "–",
  attention: "Needs attention",
  becomes: "becomes",
  blank: "blank",
  spacesAround: "(has spaces around it)",
  none: "no value",
  needsAttention: (message) => `needs attention: ${message}`,
};

export const EVERYONE = {
  check: "Check all students",
  found: ({ students, looked_at, complete }) =>
    looked_at === 0
      ? "No students are synced yet."
      : `${students === 0 ? "None" : number(students)} of ${complete ? "" : "the first "}${count(looked_at, "student")} would need attention.`,
  changed: "You changed the mapping since: check again.",
  ofField: (students, of) => `${number(students)} of ${count(of, "student")} would need attention because of this field.`,
};

export const RAW = {
  title: "Row in the file",
  values: "Values of the row",
  changed: "Marked values have changed since you opened or saved the mapping.",
  line: "Raw line",
  shownRow: "Shown row",
  row: (number) => `Row ${number}`,
  noRow: "This student has no row in this file.",
  noLine: "None: this student needs attention first.",
};

// The parts of a mapping without a name.
export const PARTS = {
  file: (number) => `file ${number}`,
  field: (number) => `field ${number}`,
  step: (number) => `step ${number}`,
};

export const CHECKS = {
  noValue: (code) => `Enter the Enroll value that becomes "${code}".`,
  twice: (value) => `"${value}" is listed twice. Remove one.`,
};
