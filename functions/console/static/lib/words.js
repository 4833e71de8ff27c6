// The names of pages, roles, and what a run is and does.

export const TABS = {
  mapping: "Export Student Mapping",
  students: "Students",
  runs: "History",
  schedule: "Schedule",
  notifications: "Notifications",
  check: "Check",
  settings: "Settings",
  activity: "Activity",
};

export const ROLES = {
  full: "Full Access",
  limited: "Limited Access",
  none: "No access",
};

export const RUN_STATUS = {
  pending: "Waiting to start",
  in_progress: "Running",
  awaiting_confirmation: "Needs approval",
  succeeded: "Succeeded",
  partial: "Needs attention",
  nothing_to_export: "Nothing to export",
  failed: "Failed",
  cancelled: "Canceled",
};

// A preview sends nothing, so it neither succeeds nor is partly done.
export const PREVIEW_STATUS = {
  succeeded: "Nothing sent",
  partial: "Nothing sent",
  failed: "Would fail",
};

export const RUN_KIND = {
  export: "Export",
  dry_run: "Preview",
  resend: "Re-send",
  test_record: "Test record",
  check: "Check",
  erasure: "Erasure",
};

// What a run does now. The API's words of a phase are the keys.
export const RUN_PHASE = {
  waiting: "Waiting to start",
  erasing: "Erasing",
  reading: "Checking which students are ready",
  mapping: "preparing the files",
  "carrying over": "adding the students of the last file",
  archiving: "saving a copy",
  delivering: "sending",
};

export const STARTED_BY = {
  schedule: "the schedule",
  operator: "an operator, by hand",
  request: "request",
};
