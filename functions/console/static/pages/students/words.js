// The visible sentences of the page: the search, the totals and lists, and the page of one student.

import { schoolYear } from "../../lib/runs.js";
import { count, number } from "../../components/time.js";

export const PAGE = "Students";

// What a student's state is called. The keys are the API's.
export const STUDENT_STATUS = {
  due: { label: "Ready to send", tone: "calm" },
  held: { label: "Needs attention", tone: "warn" },
  exported: { label: "Sent", tone: "good" },
  left_out: { label: "Filtered out", tone: "calm" },
  removed: { label: "Removed", tone: "calm" },
  unconfirmed: { label: "Not confirmed", tone: "warn" },
};

export const FIND = {
  label: "Find a student",
  hint: "Enter a name, Enroll ID or SIS student number.",
  find: "Find",
  all: "All students",
  searching: (looked) => (looked > 0 ? `${number(looked)} students searched …` : "Searching …"),
  found: (total, text) => `${count(total, "student")} found for “${text}”`,
  foundSoFar: (total, text) => `The first ${number(total)} students found for “${text}”`,
  none: (text) => `No student found for “${text}”`,
  didYouMean: "Did you mean",
  others: "Other students with these characters:",
  noneWhy: `Check the spelling. Only students whose registration was approved and synced are here. To add one, sync the
    student in SchoolMint Enroll.`,
  moreResults: "Show more",
  ofYear: (year) => schoolYear(year),
  numberInSis: (text) => `Student number ${text}`,
  otherTab: "This link works only in the tab where it was opened, until sign-out. Search for the student by name.",
  erasedTitle: "Was an erasure of this student interrupted?",
  erasedWhy: "An interrupted erasure continues when it is started again.",
  eraseAgain: "Erase again …",
};

export const TOTALS = {
  title: "Totals",
  table: "Students of each school year",
  counting: "Counting …",
  year: "School year",
  synced: "Synced",
  sent: "= Sent",
  filteredOut: "+ Filtered out",
  needAttention: "+ Needs attention",
  ready: "+ Ready to send",
  atLeast: "Very many students are waiting. The numbers below can be too low.",
  missing: (year) =>
    `${schoolYear(year.school_year)}: the sync of ${count(year.missing, "student")} failed and was not repeated. ` +
    "Sync them again in SchoolMint Enroll.",
  noneSynced: "No students yet",
  noneSyncedWhy: "Sync approved registrations in SchoolMint Enroll. Every student is then listed here.",
  compare: "Have they arrived?",
  compareHint: "Compares these students with a list from your SIS.",
};

export const LISTS = {
  title: "Lists of students",
  ofYear: (year) => `Students of ${schoolYear(year)}`,
  years: "School year",
  all: "All students",
  show: "Show",
  everyone: "Everyone",
  neverSent: "Never sent",
  noExport: (year) => `No export of ${schoolYear(year)} yet.`,
  lastExport: (year) => `Last export of ${schoolYear(year)}:`,
  students: (total) => count(total, "student"),
  more: "Show more",
  moreShown: (total) => `${count(total, "more student", "more students")}.`,
  synced: "Synced:",
  heldSince: "Needs attention since:",
  sentBefore: "Sent before",
  notSentBefore: "Never sent",
  download: "Download CSV",
  read: (total) => `${number(total)} read …`,
  downloaded: (total) => `The list has ${count(total, "student")}.`,
};

// Of an empty list: the heading, and what it means.
export const EMPTY_LISTS = {
  due: ["No students are waiting", "Every synced student was sent, is filtered out or needs attention."],
  held: ["No student needs attention", "Every student can be sent."],
  never_exported: ["Every student was sent before", "No student waits for a first export."],
  exported: ["No student is up to date in your SIS", "Students appear here after an export."],
  left_out: ["No student is filtered out", "The conditions of the mapping include everyone."],
  removed: ["No student was removed", "A student who is removed in SchoolMint Enroll is no longer exported."],
  unconfirmed: ["Every sync is confirmed", "A student whose sync was interrupted would be listed here."],
  all: ["No students yet", "Sync approved registrations in SchoolMint Enroll."],
};

// The columns of the CSV file of a list.
export const FILE = {
  id: "Student id",
  year: "School year",
  status: "Status",
  file: "File",
  field: "Field",
  value: "Value at fault",
  reason: "Reason",
  heldSince: (zone) => `Needs attention since (${zone})`,
  synced: (zone) => `Last synced (${zone})`,
  sent: (zone) => `Last sent (${zone})`,
  run: "Last sent by the run",
};

export const STUDENT = {
  loading: "Loading the student …",
  student: (id) => `Student ${id}`,
  id: (id) => `Enroll ID ${id}`,
  actions: "More actions",
  print: "Print",
  erase: "Erase this student …",
  summary: "Summary",
  copySummary: "the summary",
  history: "Timeline",
  synced: "Synced from SchoolMint Enroll",
  removed: "Removed in SchoolMint Enroll",
  held: "Needs attention",
  sent: "Sent",
  noLongerKept: "What was sent then is no longer kept.",
  next: "Next export",
  nextReady: "This student will be sent.",
  nextHeld: "This student is tried again, and sent as soon as the problem is fixed.",
  nextRemoved: "This student is no longer sent.",
  row: (file, row) => `${file} row ${number(row)}`,
  lineOf: (title) => `the line of ${title}`,
  pathOf: (title) => `the path of ${title}`,
  sha256Of: (title) => `the SHA-256 of ${title}`,
  path: "Path",
  sha256: "SHA-256",
  line: "Line in the file",
  request: "Sync request",
  requestLabel: "the id of the request",
  technical: "Technical details",
  sendRecord: "Send Record",
  resend: "Re-send the last file row …",
};

// One sentence about a student for somebody who asks. who: the name; sis: its name; when: "today at 12:52 PM"
export const SENTENCES = {
  sis: "the SIS",
  exported: (who, sis, when, files) => `${who} was sent to ${sis} ${when}${inBrackets(files)}.`,
  held: (who, sis, fields) => `${who} cannot be sent to ${sis} yet: ${needs(fields)} attention.`,
  heldSentBefore: (who, sis, when, fields) =>
    `${who} was last sent to ${sis} ${when}. Newer changes cannot be sent yet: ${needs(fields)} attention.`,
  due: (who, sis) => `${who} is ready to send to ${sis} with the next export.`,
  dueSentBefore: (who, sis, when) =>
    `${who} was last sent to ${sis} ${when}. Newer changes are ready to send with the next export.`,
  left_out: (who, sis) => `${who} is filtered out by the conditions of the mapping, so nothing is sent to ${sis}.`,
  leftOutSentBefore: (who, sis, when) =>
    `${who} was last sent to ${sis} ${when}. Newer changes are not sent, because of the mapping's conditions or because its files have only new students.`,
  removed: (who, sis) => `${who} was removed in SchoolMint Enroll and is no longer sent to ${sis}.`,
  unconfirmed: (who) => `The last sync of ${who} was not confirmed. Sync this student again in SchoolMint Enroll.`,
  fieldIn: (field, file) => `${field} in ${file}`,
  today: (time) => `today at ${time}`,
  yesterday: (time) => `yesterday at ${time}`,
  onDay: (day, time) => `on ${day} at ${time}`,
};

const needs = (fields) => `${fields.join(", ")} ${fields.length === 1 ? "needs" : "need"}`;
const inBrackets = (files) => (files.length > 0 ? ` (${files.join(", ")})` : "");

export const ERASE = {
  title: (who) => `Erase student ${who}`,
  erase: "Erase",
  close: "Close",
  cancel: "Cancel",
  deletedTitle: "Permanently deleted, for all school years",
  deleted: [
    "The student's registrations, and the results of exports: the totals no longer count this student.",
    "The student's rows in the files that are kept here, also of re-sent files and previews.",
    "The student in the records of runs and in the Registration Examples.",
  ],
  keptTitle: "Not deleted",
  kept: [
    "Files on the district's server, until your SIS or the district deletes them, and files that were downloaded.",
    "Other connections: erase the student there, too. Texts that people wrote, such as mappings.",
    "Backups of the last 35 days.",
    "The record of this erasure: who asked for it, when, and how much was deleted, without naming the student.",
  ],
  beforeTitle: "Before you start",
  before: [
    "Stop syncing this student in Enroll. Another sync would bring the student back.",
    "Erasing sends nothing. If your SIS should know, remove the student in Enroll and wait for an export first.",
  ],
  confirm: (id) => `Type ${id} to confirm`,
};
