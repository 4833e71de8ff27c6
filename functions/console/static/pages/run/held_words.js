// The visible sentences about students who need attention: in a run, and in the list of a year.

import { count, number } from "../../components/time.js";

export const HELD = {
  title: (total) => `${count(total, "student needs", "students need")} attention`,
  wouldNeed: (total) => `${count(total, "student", "students")} would not be sent`,
  hint: "They were not sent. Each export tries them again, so fix the reasons below or correct the students in Enroll.",
  hintPreview: "Fix the reasons below or correct the students in Enroll.",
  listed: (listed) => `The first ${number(listed)} are listed here.`,
  groups: "Reasons",
  students: (total) => count(total, "student"),
  in: (file) => `in ${file}`,
  open: (field) => (field === "rows" ? "Open the rows in the mapping" : `Open ${field} in the mapping`),
  showAll: (total) => `Show all ${number(total)}`,
  allValues: (total) => `Show all ${number(total)} values`,
  download: "Download these students (CSV)",
  toList: "Open the list of students who need attention",
};

export const ATTENTION = {
  title: (total) => `${count(total, "student needs", "students need")} attention`,
  soFar: (total) => `The first ${number(total)} students who need attention`,
  hint: "They are not sent until the reason is fixed, here in the mapping or in Enroll. Each export tries them again.",
  reading: (total) => `${number(total)} students read …`,
  readAll: "Read the others, too",
};
