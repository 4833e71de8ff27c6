// What is said about runs in several places: what they send, what they replace, their files.

import { count } from "../components/time.js";

const students = (number) => count(number, "student");

// "15 need attention"
export const needAttention = (number) => count(number, "needs attention", "need attention");

// "25 students ready to send, 15 need attention"
export const readyAndHeld = (ready, held) =>
  [`${students(ready)} ready to send`, held > 0 && needAttention(held)].filter(Boolean).join(", ");

// What became of a run's students, as one sentence or two.
export const ENDED = {
  preview: (ready, held) =>
    `${ready > 0 ? `${students(ready)} would be sent` : "No students would be sent"}${held > 0 ? `, ${needAttention(held)}` : ""}. Nothing was sent.`,
  previewNothing: "No students are waiting to be sent, so an export now would send nothing.",
  previewFailed: "An export now would fail. Nothing was sent.",
  sent: (number, download) =>
    number === 0
      ? "Removed students were sent."
      : `${students(number)} ${download ? `${number === 1 ? "is" : "are"} in the files to download` : "sent"}.`,
  held: (sent, held, download) =>
    `${sent > 0 ? ENDED.sent(sent, download) : "No students were sent."} ${needAttention(held)} and will be retried.`,
  someYearsFailed: (years) => `${years} could not be sent: its students wait for the next export.`,
  nothing: "No students were waiting to be sent. The current files are unchanged.",
  resent: (number) => `The old rows of ${students(number)} were sent again and replaced the current files.`,
};

// `name` is the file's, `when` “today at 12:51 PM”, `rows` a number or null, `sis` the name of the SIS.
const fileFrom = (name, when, rows) => `${name} from ${when}${rows === null ? "" : ` (${count(rows, "row")})`}`;

export const REPLACES = {
  list: "Files that are replaced",
  ahead: (name, when, rows) => `This replaces ${fileFrom(name, when, rows)}.`,
  done: (name, when, rows) => `This replaced ${fileFrom(name, when, rows)}.`,
  aheadCollected: (name, when, rows) => `The last file, ${fileFrom(name, when, rows)}, is gone from the server, so nothing is replaced.`,
  test: "The replaced file was a test, too.",
  yes: (sis) => `${sis} has imported it.`,
  no: (sis) => `${sis} has not imported it yet.`,
  noThen: (sis) => `${sis} had not imported it.`,
  unknown: (sis) => `We don't know whether ${sis} has imported it yet.`,
  unknownThen: (sis) => `We don't know whether ${sis} had imported it.`,
  yourSis: "your SIS",
  full: "The new file has all students, so no student is lost.",
};

export const CARRIED = {
  list: "Students not imported before",
  ahead: (number, name) => `${students(number)} of ${name} would go again, as they are now.`,
  done: (number, name) => `${students(number)} of ${name} went again, as they were then: we did not know whether they had been imported.`,
  sentBy: "First sent by",
};

export const FILES = {
  download: "Download",
  downloadOf: (name, year) => `Download ${name} of ${year}`,
  path: "Path",
  wouldGoTo: "Would go to",
  pathOf: (name) => `the path of ${name}`,
  sha256: "SHA-256",
  sha256Of: (name) => `the SHA-256 of ${name}`,
  delivered: "Delivery",
  technical: "Technical details",
  rawLines: "Raw lines",
  firstRows: (number) => `First ${number} rows of the file`,
  rowsOf: (name) => `Rows of ${name}`,
  linesOf: (name) => `Lines of ${name}`,
};

// How the new file got to its path.
export const REPLACED_BY = {
  posix_rename: "Replaced atomically",
  rename: "Renamed into place",
  new: "New file: none had this name",
  aside_and_rename: "The old file was moved aside first, because this server does not rename over a file",
  in_place: "Written directly over the old file, because this server cannot rename",
  picked_up: "Imported just before the connection was lost",
  download: "Kept here for download",
};
