// The visible sentences about saving: the bar, conflicts, versions, and copies from another connection.

import { count } from "../../../components/time.js";

export const BAR = {
  undo: "Undo",
  undone: "Undone.",
  save: "Save",
  savedAs: (version) => `Saved as version ${version}.`,
  nothingSaved: "Nothing was saved",
  unsaved: "Unsaved changes",
  neverSaved: "Not saved yet",
  version: (version, by) => `Version ${version}, saved by ${by},`,
  issues: (n) => `${count(n, "issue")} – show`,
  failedElsewhere: (message) => `The mapping was not saved: ${message}`,
};

export const CONFLICT = {
  title: "Someone else saved this mapping",
  keepEditing: "Keep editing",
  discardMine: "Discard mine",
  saveBoth: "Save mine and theirs",
  saved: (version) => `saved version ${version}`,
  meanwhile: (version, base) => `, while you were changing version ${base}.
    Your changes are not saved yet. Version ${version} is kept, whatever you choose.`,
  theirChanges: (by) => `What ${by} changed`,
  noTheirs: "Nothing that changes the files.",
  myChanges: "What you changed",
  noMine: "Nothing.",
  lost: "What your changes would replace",
  note: `“Save mine and theirs” saves their version with your changes added, setting by setting and code by code. If you
    both changed the same setting, yours is saved. If you moved something, your order is saved.`,
  theirsLoaded: (version, by) => `Version ${version} by ${by} is loaded. Undo brings back your changes.`,
  both: "changed by both",
  showAll: (n) => `Show all ${count(n, "change")}`,
};

export const VERSIONS = {
  title: "Older versions",
  list: "Versions",
  close: "Close",
  name: (version, isCurrent) => `Version ${version}${isCurrent ? " (current)" : ""}`,
  compare: "Compare",
  compareName: (version) => `Compare version ${version}`,
  restore: "Restore",
  restoreName: (version) => `Restore version ${version}`,
  restored: (version, now) => `Version ${version} was restored as version ${now}.`,
  loseUnsaved: "Your unsaved changes will be lost if you restore a version.",
  differences: "What changes from the current version to this one:",
  same: "No differences.",
  showMore: "Show older versions",
  meanwhile: "Someone else saved this mapping. Reload the page to see their changes.",
};

export const COPY = {
  title: "Copy from another connection",
  note: "This replaces what is in the editor. Nothing is saved until you press Save, and Undo brings yours back.",
  cancel: "Cancel",
  load: "Load into editor",
  loaded: (name) => `The mapping of ${name} is in the editor. Check the mapped values, then save.`,
  none: "There is no other connection.",
  connection: "Connection",
  select: "Select a connection",
  noMapping: "This connection has no mapping yet.",
  differences: (version, name) => `What changes from your mapping to version ${version} of ${name}`,
  same: "No differences.",
};

export const CHANGES = {
  fileDeleted: "the file was deleted",
  fileAdded: "the file was added",
  fieldDeleted: "the field was deleted",
  fieldAdded: "the field was added",
  fieldOrder: "the order of the fields changed",
  files: "The files",
  fileOrder: "their order changed",
  codeOrder: "the order of the codes changed",
  unnamedFile: "an unnamed file",
  unnamedField: "an unnamed field",
  added: (what) => `${what} was added`,
  removed: (what) => `${what} was removed`,
  became: (before, now) => `${before} became ${now}`,
  switched: (label, on) => `“${label}” was switched ${on ? "on" : "off"}`,
  packageSwitched: (on) => `it was switched ${on ? "on" : "off"}`,
  ifZipHas: (file) => `if the zip has ${file}`,
  otherwise: (text) => `otherwise ${text}`,
  step: (number, text) => `Step ${number}, ${text}`,
  question: "If",
  nothing: "nothing",
  blank: "blank",
  byOnError: "as “On error” says",
};
