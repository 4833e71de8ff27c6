// The names of pages and roles.

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
