// The visible sentences about what becomes of the example students.

export const VALUE = {
  notInFile: "not in the file",
  unknown: "–",
  attention: "Needs attention",
  blank: "blank",
  spacesAround: "(has spaces around it)",
  none: "no value",
  needsAttention: (message) => `needs attention: ${message}`,
};

export const RAW = {
  title: "Raw line",
  shownRow: "Shown row",
  row: (number) => `Row ${number}`,
  noRow: "This student has no row in this file.",
  noLine: "None: this student needs attention first.",
};

export const CHECKS = {
  noValue: (code) => `Enter the Enroll value that becomes "${code}".`,
  twice: (value) => `"${value}" is listed twice. Remove one.`,
};
