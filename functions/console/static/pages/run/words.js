// The page of a run.

import { count, number } from "../../components/time.js";

const students = (many) => count(many, "student");
const readyStudents = (many) => (many === null ? "all students who are ready by now" : students(many));

export const RUN = {
  unnamed: "Run",
  stale: "This could not be refreshed and may be out of date",
  summary: "Summary",
  steps: "Steps",
  cancel: "Cancel the run",
  canceled: "The run was canceled.",
  actions: "More actions of this run",
  more: "More",
  resend: "Re-send this old file…",
  technical: "Technical details",
};

export const FACTS = {
  started: "Started",
  startedBy: "Started by",
  approved: "Approved",
  by: (name) => `by ${name}`,
  took: "Took",
  sent: "Sent",
  wouldBeSent: "Would be sent",
  needAttention: "Need attention",
  filteredOut: "Filtered out by your conditions",
  everyone: "All students of the year",
  everyoneYes: "Yes, not only changes",
  options: "Options",
  withoutHeld: "Sent without the students who need attention",
  overridden: "Safety checks overridden",
  carriedOver: "With the students not yet imported",
  erased: "Erased",
  sentTo: "Sent to",
  wouldGoTo: "Would go to",
  download: "Kept for download",
  mapping: "Mapping",
  version: (version) => `Version ${version}`,
  repeats: "Re-sends the file of",
  student: "Student",
  students: "Students",
  attempt: "Attempt",
  id: "Run ID",
  idOf: "the ID of the run",
  erasedParts: (snapshots, lines, files, runs) =>
    [
      count(snapshots, "registration"),
      `${count(lines, "row")} in ${count(files, "kept file")}`,
      count(runs, "record of a run", "records of runs"),
    ].join(", "),
};

export const DECISION = {
  title: "Review before sending: something looks unusual",
  intro: (years) => `Nothing was sent for ${years} yet:`,
  send: "Send anyway",
  sendWhy: (many) => `Sends ${readyStudents(many)} and replaces the current files.`,
  dont: "Don't send",
  dontWhy: "Sends nothing. All students wait for the next export.",
  onlyFull: "Someone with Full Access can send it anyway.",
  onlyOthers: "Someone with Full Access can decide.",
  otherwise: "If nobody decides, the next export checks the files again and replaces this one.",
  ask: (years) => `Send ${years} anyway?`,
  confirm: "Send",
  confirmWhy: (many) =>
    `Sends ${readyStudents(many)} and replaces the current files. This can't be undone. Your approval is recorded.`,
  confirmed: "Approved: the files are being sent.",
  cancelled: "Not sent. All students wait for the next export.",
};

export const FINDING = {
  row_count: "An unusual number of rows",
  blank_required: "A required column is mostly blank",
  blank_column: "A column that usually has values is blank",
  unmatched: "Values without a match code",
  not_collected: "The last file was not imported",
  other: "Something unusual",
  resend: "Re-send those students…",
  open: "Open that run",
};

// A file was replaced that may not have been imported.
export const LOST = {
  why: "If the replaced file was not imported, its students are missing in your SIS.",
  sendAgain: "Send those students again with the next export",
  open: "Open the earlier run",
  marked: (many) =>
    many > 0
      ? `${students(many)} ready to send again. Select Export Students, or wait for the next scheduled export.`
      : "All students of that file were sent again since, or are ready to send.",
};

export const YEAR = {
  sent: students,
  wouldBeSent: (many) => `${students(many)} would be sent`,
  filteredOut: (many) => `${students(many)} filtered out`,
  headerOnly: ["No students were ready for", ": the last file there was replaced by one with only its header."],
  notSentAgain: (many) => `${students(many)} not sent again, because a file has only new students`,
  theFirst: (many) => `These are the first ${number(many)}.`,
};

export const UNMATCHED = {
  title: "Values without a match code",
  add: "Add codes:",
  table: (field, file) => `Values of ${field} in ${file} without a match code`,
  value: "Value",
  times: "Times",
  examples: "For example",
};

export const CHANGED = {
  title: "Changed since",
  saved: (version) => `Mapping saved as version ${version}`,
  restored: (from, to) => `Mapping version ${from} restored as version ${to}`,
  settings: (names) => `Settings changed: ${names}`,
  by: (name) => `by ${name}`,
  more: (many) => `and ${count(many, "more change")}`,
};

// Settings whose label is not their name.
export const SETTING_NAMES = {
  done_file: ".done files",
  example_students: "Registration Examples",
  guards: "safety checks",
  host_keys: "host keys",
  importer: "import by the SIS",
  keep_links: "symbolic links",
  name_fields: "name fields",
  private_key: "private key",
  sis: "SIS",
  takes: "registrations it receives",
  time_zone: "time zone",
  username: "user name",
  write_in_place: "overwriting files directly",
};

export const REMEDY = {
  hostKeys: "Edit the host keys",
  signIn: "Correct the sign-in",
  host: "Correct the host",
  connection: "Edit the connection",
  check: "Test the connection",
};

export const RESEND = {
  title: "Re-send this old file",
  titleOf: (student) => `Re-send the old record of student ${student}`,
  exported: "Exported",
  question: "What do you want to re-send?",
  all: "All files of this run",
  files: "Some files",
  students: "Some students",
  studentsHint: "Only their rows, in a file of their own. It replaces the current file.",
  filesLabel: "Files to re-send",
  ids: "Students",
  idsHint: "Enroll IDs or the numbers in the file, one on each line or separated by commas.",
  button: "Re-send",
  cancel: "Cancel",
  close: "Close",
  warning: "This sends old data and replaces the current files",
  warningWhy: "The rows are sent as they were in this run. Newer changes are not included. The current files are replaced:",
  unaffected: "Students ready to send are not affected. History records that you did this.",
  refused: "Nothing was re-sent.",
};

export const REQUESTED = {
  mayClose: "You may close this. The run goes on, and History shows how it ends.",
  open: "Open the run",
};
