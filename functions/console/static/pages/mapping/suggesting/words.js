// The sentences of New File from a CSV.

import { count } from "../../../components/time.js";

export const CSV = {
  title: "New File from a CSV",
  lead: "Choose the template or a sample file of your SIS. Each column becomes a field, with a suggested Enroll field. The file stays in this browser.",
  file: "Template or sample file",
  fileHint: "A CSV file with the column headers in the first row. Drop it here, or choose it.",
  headers: "Or its header row",
  headersHint: "Paste the column headers, such as Student_Number,Last_Name,First_Name.",
  rows: "Rows",
  student: "One row for each student",
  guardians: "One row for each guardian",
  cancel: "Cancel",
  add: (columns) => (columns ? `Add ${count(columns, "field")}` : "Add fields"),
  added: (fields) => `${count(fields, "field")} added. Check the mapped values, then save.`,
  tooMany: (columns, most) => `The file has ${columns} columns. A file can have at most ${most}.`,
  noFields: "There are no suggestions, because the fields of your students couldn't be loaded",
  summary: (columns, matched, unsure, without) =>
    `${count(columns, "column")}: ${matched} matched, ${unsure} to check, ${without} without a field (left blank).`,
  fieldOf: (header) => `Enroll field of ${header}`,
  sure: "Good match",
  likely: "Check",
  none: "No match",
  chosen: "Your choice",
};
