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
