// The text of the page Connections.

import { count, number } from "../../components/time.js";

export const PAGE = {
  title: "Connections",
  newConnection: "New connection",
  none: "There are no connections yet",
  noneHint: "A connection sends a district's registrations to its SIS: where the files go, and how each field is written.",
  askFullAccess: "Ask someone with Full Access to create one.",
  first: "Create the first connection",
  outOfDate: "The list could not be refreshed and may be out of date",
};

export const FIND = {
  search: "Search by name, district or SIS",
  attentionOnly: (many) => `Needs attention (${number(many)})`,
  shown: (shown, all) => (shown === all ? count(all, "connection") : `${number(shown)} of ${count(all, "connection")}`),
  nothing: "No connection matches",
  nothingHint: "Try another name, or clear the filters.",
  clear: "Clear filters",
};

export const ROWS = {
  caption: "All connections, those that need attention first",
  connection: "Connection",
  lastExport: "Last export",
  waiting: "Students",
  nextExport: "Next export",
  actions: "Actions",
  more: (left) => `Show more (${number(left)})`,
};

export const CARD = {
  download: "Download",
  setup: "Being set up",
  lastExport: "Last export",
  waiting: "Students",
  nextExport: "Next export",
};

export const MENU = {
  label: (name) => `Actions of ${name}`,
  exportStudents: "Export Students",
  mapping: "Export Student Mapping",
  check: "Check Connection",
  schedule: "Schedule",
  history: "History",
  students: "Students",
  download: "Download last files",
  edit: "Edit",
  copy: "Copy",
  remove: "Delete",
  removeLater: "Change when it is deleted",
};

export const SETUP = {
  region: "Set-up",
  finish: "Finish set-up",
  progress: (done, all) => `${done} of ${all} steps done.`,
  hint: "No alerts are sent until all steps are done, or an export succeeds.",
  done: "Done",
  toDo: "To do",
  connected: "Check the connection",
  mapping: "Save a mapping",
  testRecord: "Send a test record",
  schedule: "Turn on the schedule",
};

export const DOWNLOAD = {
  title: "Download last files",
  close: "Close",
  none: "No files yet",
  noneHint: "Files appear here after the first export.",
  exported: "Exported",
};

export const DELETE = {
  title: (name) => `Delete ${name}?`,
  confirm: "Delete",
  what:
    "Syncs and exports stop now. Later, everything that this service keeps for this connection is permanently deleted: " +
    "students, files, history, mapping, schedule, settings and credentials. Until then you can cancel the deletion on the " +
    "Connections page. Files on the SFTP server stay.",
  when: "Delete everything",
  in7Days: "In 7 days",
  in30Days: "In 30 days",
  in20Minutes: "In 20 minutes",
  typeName: (name) => `Type ${name} to confirm`,
  started: (name) => `${name} is being deleted.`,
  takeBack: "Cancel the deletion",
  takenBack: (name) => `The deletion of ${name} was canceled.`,
};
