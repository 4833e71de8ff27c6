// The visible sentences of the page: the file, the choice of columns, the result, and sending students again.

import { count, number } from "../../components/time.js";

export const PAGE = {
  title: "Have they arrived?",
  lead: `Save the list of students of your SIS as a CSV file, and compare it with the students that were sent. The list
    stays in this browser. It is not uploaded.`,
  noStudents: "No students yet",
  noStudentsWhy: "After the first export, you can compare students here with the list of your SIS.",
  list: "The list of your SIS",
  year: "School year",
};

export const FILE = {
  label: "File",
  hint: "A CSV file with column names in the first row. Drop it here or choose it.",
  tooShort: "The file has only one row. It needs column names, and a row for each student.",
  column: (at) => `Column ${at}`,
  read: (rows) => `The list has ${count(rows, "row")}.`,
  understood: (name, rows, columns, between) =>
    `${name}: ${count(rows, "row")} and ${count(columns, "column")}, separated by ${between}.`,
  delimiters: { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars" },
};

export const CHOICES = {
  title: "What to compare",
  hint: "IDs are compared as text: 007 is not 7.",
  theirId: "ID column in the list",
  ourId: "The same ID here",
  enrollId: "Student ID in Enroll",
  columnIn: (header, file) => `${header} in ${file}`,
  ignoreZeros: "Ignore leading zeros in IDs",
  compare: "Compare",
  read: (total) => `${number(total)} students read`,
  done: "The students are compared.",
  values: "Values to compare",
  optional: "(optional)",
  valueHere: (at) => `Value ${at}, here`,
  valueThere: (at) => `Value ${at}, in the list`,
  dropValue: (at) => `Do not compare value ${at}`,
  addValue: "Compare a value",
};

export const RESULT = {
  title: "Result",
  kinds: { onlyHere: "Not in the SIS", onlyThere: "Only in the SIS", different: "Different", both: "In both" },
  none: {
    onlyHere: "Every student that was sent is in the list.",
    onlyThere: "Every student in the list was sent.",
    different: "All compared values are the same.",
    both: "No student is in both.",
  },
  download: "Download CSV",
  first: (shown, all) => `The first ${number(shown)}. The file has all ${number(all)}.`,
  zerosIgnored: (total) =>
    `${count(total, "student matches", "students match")} only because leading zeros are ignored. Your SIS lost zeros or added some.`,
  zerosDiffer: (total) =>
    `${count(total, "student matches", "students match")} except for leading zeros. If these are the same students, ignore leading zeros above.`,
  rows: (repeated, blank) =>
    `${count(repeated, "row repeats", "rows repeat")} an ID of the list, so only its first row is compared. ${count(blank, "row has", "rows have")} no ID.`,
  mappedSince: (total) =>
    `The mapping was saved after ${count(total, "of these students was sent", "of these students were sent")}. The values here are those of the current mapping.`,
  student: "Student",
  status: "Status here",
  unknown: "Not in this connection",
  sent: "Sent",
  differences: "Differences",
  difference: (label, ours, theirs) => `${label}: ${ours || "blank"} here, ${theirs || "blank"} in the SIS`,
};

// The columns of the CSV file of a result.
export const RESULT_FILE = {
  id: "Student id",
  status: "Status here",
  sent: (zone) => `Sent (${zone})`,
  run: "Sent by the run",
  value: "Value",
  here: "Here",
  there: "In the SIS",
  ofSis: (header) => `SIS: ${header}`,
};

export const SEND_AGAIN = {
  button: (total) => `Send ${count(total, "student")} again`,
  title: "Send again with the next export",
  confirm: "Send again",
  what: (total, connection) =>
    `${count(total, "student")} of ${connection} will be ready to send again. The next export sends them as last synced, together with all other students who are ready.`,
  done: (total) => `${count(total, "student")} will be sent again with the next export, as last synced.`,
  onlyNew: "The files have only new students, so no export sends these again. Re-send them from the run that sent them.",
};
