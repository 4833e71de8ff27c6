// Export Students: the preview, the choice, and the result.

import { count } from "../../components/time.js";

const students = (number) => count(number, "student");

export const EXPORT = {
  title: "Export Students",
  checking: "Checking which students are ready …",
  unsaved: "You have unsaved changes on this page. The export uses what is saved.",
  cancel: "Cancel",
  close: "Close",
  openRun: "Open the run",
  button: (number) => (number > 0 ? `Export ${students(number)}` : "Export"),
  mayClose: "You may close this. The export goes on, and History shows how it ends.",
};

export const PREVIEW = {
  nothing: "Nothing to export",
  nothingWhy: "No students were synced since the last export. The files on the server stay as they are.",
  failed: "An export now would fail",
  nobody: (held) => `No students are ready to send. ${count(held, "student needs attention", "students need attention")}.`,
  onlyRemovals: "Only removed students would be sent.",
};

export const YEARS = {
  label: "Students of each school year",
  year: "School year",
  ready: "Ready to send",
  held: "Need attention",
  sent: "Sent",
  files: "Files",
};

export const CHOICE = {
  question: "What do you want to send?",
  first: "Select what to send.",
  only: (number) => `Send only ${number === 1 ? "this student" : `these ${students(number)}`}`,
  onlyRemovals: "Send only the removed students",
  onlyHint: (rows, sis) =>
    rows === null
      ? `If ${sis} has not imported the current file, its students do not reach ${sis}.`
      : `If ${sis} has not imported the current file, its ${count(rows, "row does", "rows do")} not reach ${sis}.`,
  together: "Send all students not yet imported, together in one file",
  togetherHint: "Also sends the students of the current file again, as they are now. No student is lost.",
  wait: "Wait for the next export",
  waitHint: (sis) => `Sends nothing now, so that ${sis} can import the current file first.`,
  dontSend: "Don't send now",
};

export const RESULT = {
  failed: "The export failed",
};
