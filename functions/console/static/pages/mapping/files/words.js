// The sentences of the files, their settings, and the start of a mapping.

import { count } from "../../../components/time.js";

export const START = {
  label: "Start a mapping",
  title: "There is no mapping yet",
  readOnly: "People with Full Access to this district can create one.",
  lead: "Start from a template or add your own file. Nothing is saved until you press Save.",
  newFile: "New File",
  fromCsv: "New File from a CSV",
  importYaml: "Import YAML",
  copy: "Copy from another connection",
  templates: "Templates",
  fits: "Matches this connection's name",
  about: "About this template",
  use: "Use this template",
  useNamed: (name) => `Use template ${name}`,
  used: (title) => `${title} is in the editor. Check the mapped values, then save.`,
};

export const NEW_FILE = {
  title: "New File",
  question: "What is in the file?",
  students: "Students",
  studentsHint: "One row for each student.",
  guardians: "Guardians",
  guardiansHint: (groups) => `One row for each guardian${groups.length ? `: ${groups.join(", ")}` : ""}.`,
  schools: "Schools",
  schoolsHint: "One row for each school of your students.",
  csv: "Columns from a CSV",
  csvHint: "Use the template or a sample file of your SIS. Each column becomes a field, with a suggestion.",
  empty: "Something else",
  emptyHint: "Starts with one empty field.",
  create: "Create file",
  next: "Next",
  cancel: "Cancel",
  created: (name) => (name ? `The file ${name} was added.` : "A file was added."),
};

export const FILE_MENU = {
  label: "Actions of the file",
  left: "Move file left",
  right: "Move file right",
  moved: (number, all) => `Moved to position ${number} of ${all}.`,
  duplicate: "Duplicate file",
  duplicated: "The file was duplicated.",
  remove: "Delete file",
  removed: "The file was deleted. Undo brings it back.",
  removeTitle: (name) => `Delete ${name || "this file"}?`,
  removeNote: (fields) => `This deletes its settings and ${count(fields, "field")}. Exports don't change until you save.`,
};

export const FILE_SETTINGS = {
  title: "File Settings",
  otherSeparator: "Another character",
  separator: "Separating character",
  more: "More settings",
  headerHint: "The first line has the column headers.",
  none: "none",
  noHeader: "no header",
  conditions: (number) => `only rows that meet ${number === 1 ? "a condition" : `${number} conditions`}`,
};

export const CONDITIONS = {
  none: "No conditions: every student is included.",
  add: "Add a condition",
  remove: (number) => `Remove condition ${number}`,
  removed: (number) => `Condition ${number} was removed.`,
};

export const ROW_KINDS = {
  student: "One row for each student",
  list: "One row for each entry of a list",
  groups: "One row for each group of fields",
  distinct: "One row for each different value",
  listHint: "The path of the list, such as contacts.",
  delimiterHint: "The character between its items, such as |.",
  groupsHint: "The shared beginning of each group's fields, one on each line, such as student_annual.guardian1_",
  skipHint: "An entry without these has no row. Separate names with commas, such as fname.",
};

export const ZIP = {
  done: "Done",
  on: "Deliver all files as one zip",
  onHint: "OneRoster needs this. Not saved until you press Save.",
  nameHint: "Without .zip, such as oneroster.",
  manifestHint: "A file that lists what is in the zip.",
  firstHeader: "First header",
  secondHeader: "Second header",
  removeRow: (number) => `Remove row ${number} of the manifest`,
  removed: (number) => `Row ${number} was removed.`,
  addRow: "Add a row",
  always: "always",
};
