// The visible sentences of the page, its tabs and its menu. Those of the rows, the files, saving and the
// preview are in the words.js of their folders.

import { count } from "../../components/time.js";

export const PAGE = {
  title: "Export Student Mapping",
  examples: "Registration Examples",
  fields: "Field Mapping",
  unsavedMapping: "Your draft of the mapping is not saved yet.",
  unsavedExamples: "The Registration Examples were changed and are not saved.",
  readOnly: "You can view this mapping. People with Full Access to this district can change it.",
};

export const EXAMPLES = {
  lead: `Select up to five students whose values you want to see on the Field Mapping tab. Choose unusual ones:
    an accent in the name, no phone number, two guardians.`,
  list: "Examples",
  none: "No examples selected yet.",
  label: "Student ID",
  hint: "Search synced students by ID or name.",
  add: "Add",
  remove: (id) => `Remove ${id}`,
  added: (id, more) => `${id} was added. You can add ${more} more.`,
  removed: (id) => `${id} was removed.`,
  twice: (id) => `${id} is already selected.`,
  full: "Five are selected. Remove one to select another.",
  notFound: (id) => `No student with the ID “${id}” was synced here. Check the ID, with all its zeros.`,
  unknown: "No approved registration of this student was synced.",
  partial: "We searched the first 2,000 students only. Enter an exact ID to find any other student.",
  save: "Save",
  saved: "The examples are saved.",
  notSaved: "The examples were not saved",
  isSaved: "Saved",
  isUnsaved: "Unsaved changes",
};

export const FIELDS = {
  valuesOf: "Mapped Value of",
  all: (n) => `All ${n} examples`,
  noStudent: "No example student is selected, so there are no mapped values.",
  toExamples: "Choose Registration Examples",
  noPreview: "The mapped values could not be shown",
  files: "Files",
  newFile: "New File",
  newFromCsv: "New File from a CSV",
  unnamed: "New file",
  issues: (n) => count(n, "issue"),
  noFile: (name) => `This mapping no longer has a file named ${name}.`,
  noField: (name) => `This file no longer has a field named ${name}.`,
};

export const SEND_RECORD = {
  button: "Send Record",
  bySaved: (version) => `Uses saved version ${version}.`,
};

export const MENU = {
  name: "Actions of the mapping",
  text: "Mapping",
  versions: "Older versions",
  copy: "Copy from another connection",
  exportYaml: "Export as YAML",
  importYaml: "Import YAML",
  start: "Start from a template",
  startNote: "This replaces what is in the editor. Nothing is saved until you press Save, and Undo brings yours back.",
};

export const YAML = {
  exportTitle: "Export as YAML",
  exportNote: "The mapping as it is in the editor. Keep it as a copy, or import it into another connection.",
  importTitle: "Import YAML",
  importNote: "This replaces what is in the editor. Nothing is saved until you press Save, and Undo brings yours back.",
  text: "YAML",
  file: "From a file",
  copy: "Copy",
  copied: "The YAML was copied.",
  download: "Download",
  fixFirst: "Fix these first",
  load: "Load into editor",
  loaded: "The mapping is in the editor. Check the mapped values, then save.",
  notLoaded: "Nothing was loaded",
  cancel: "Cancel",
  close: "Close",
};
