// The sentences of the fields of a file.

import { count } from "../../../components/time.js";

// Links from a run or a student that prepare a change.
export const FIX_LINKS = {
  add_code: (value) => `Add a code for “${value}”`,
  add_date_format: (value) => (value ? `Add the date format of “${value}”` : "Add a date format"),
  set_default: () => "Set a default",
  noCodes: (header) => `${header} no longer uses Match Codes, so there is no table for a code.`,
  noDate: (header) => `${header} no longer has a Date transformation.`,
};

export const CODE_TABLE = {
  value: "Value in Enroll",
  code: "Code in the file",
  blank: "blank",
  noCode: "no code yet",
  sendBlank: "Send blank",
  add: "Add a code",
  showMore: (all) => `Show more of ${count(all, "code")}`,
  remove: (number) => `Remove code ${number}`,
  removed: (number) => `Code ${number} was removed.`,
  pasted: (rows, all) => `${count(rows, "row")} pasted. The table has ${count(all, "row")}.`,
  fill: "Fill from values found",
  filled: (found, among, isAll) => `${count(found, "new value")} found among ${isAll ? "all" : "the first"} ${count(among, "student")}.`,
  missing: (values) => `${count(values, "value")} ${values === 1 ? "has" : "have"} no code yet. Enter a code, or select “Send blank”. Until then, their students need attention, unless “If no code matches” says otherwise.`,
  paste: "You can paste two columns from a spreadsheet into the table.",
};

// The groups in the list of Enroll fields, in this order, by the first part of a field's path.
export const GROUPS = {
  entry: "The row's entry",
  students: "Student",
  household: "Household",
  student_annual: "This school year",
  contact: "Guardians and contacts",
  other: "Other",
  registration: "Registration",
  run: "Export",
  row: "Row",
};

// The list of Enroll fields.
export const FIELD_LIST = {
  filled: (percent) => `filled for ${percent}% of students`,
};

// The tools above the rows.
export const TOOLS = {
  label: "Tools for the fields",
  search: "Search fields",
  searchHint: "Header, Enroll field or transformation",
  onlyIssues: "Only with issues",
  shown: (shown, all) => `${shown} of ${count(all, "field")}`,
  noneShown: "No fields match. Clear the search to see all fields.",
  clear: "Clear search",
  collapse: "Collapse all",
  select: "Select fields",
  done: "Done selecting",
  selectAll: "Select all shown",
  selected: (number) => `${count(number, "field")} selected`,
  move: "Move to position …",
  remove: "Delete",
  moved: (number, position) => `${count(number, "field")} moved to position ${position}.`,
  removed: (number) => `${count(number, "field")} deleted. Undo brings ${number === 1 ? "it" : "them"} back.`,
};

export const MOVE = {
  title: (number) => (number === 1 ? "Move field" : `Move ${count(number, "field")}`),
  position: "Position",
  hint: (last) => `From 1 to ${last}.`,
  wrong: (last) => `Enter a number from 1 to ${last}.`,
  move: "Move",
  cancel: "Cancel",
};

export const ROW = {
  name: (number, called) => `Field ${number}: ${called || "new"}`,
  select: (name) => `Select ${name}`,
  drag: "Drag to move. Keyboard: Alt+↑ and Alt+↓.",
  options: (name) => `Options of ${name}`,
  mapped: "Mapped Value",
  announced: (text) => `Mapped Value: ${text}`,
  none: "none",
};

export const ROW_MENU = {
  label: (name) => `Actions of ${name}`,
  up: "Move up",
  down: "Move down",
  top: "Move to the top",
  end: "Move to the end",
  position: "Move to position …",
  duplicate: "Duplicate",
  remove: "Delete",
  moved: (position, all) => `Moved to position ${position} of ${all}.`,
  duplicated: (position) => `Duplicated as field ${position}.`,
  removed: (position) => `Field ${position} was deleted. Undo brings it back.`,
};

export const LIST = {
  label: "Fields",
  add: "Add Field",
  added: (number) => `Field ${number} was added.`,
  empty: "No fields yet.",
};

// Checks and default of a field.
export const OPTIONS = {
  summary: "Checks and default",
  overwrite: "For imports only: sends a blank value to a field in Enroll. It has no effect on an export.",
  required: "A student without a value needs attention.",
  unique: "The second student with the same value needs attention.",
  truncate: "Otherwise, a student with a longer value needs attention.",
  oneOf: "The values that your SIS accepts, one on each line.",
  pattern: "A regular expression that the whole value must match, such as [0-9]{10}.",
  default: "Written when the Enroll field is blank.",
  onError: "For a value that can't be mapped.",
};
