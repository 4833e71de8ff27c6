// The text of the Schedule page.

export const PAGE = {
  title: "Schedule",
  section: "Scheduled export",
  switch: "Schedule Export: Registrations",
  switchHint: "Sends newly synced students at these times.",
  notSaved: "Not saved yet",
  unsaved: "Your changes to the schedule are not saved yet.",
  saved: "Saved. Exports follow this schedule.",
  savedOff: "Saved. Nothing is exported automatically.",
  save: "Save",
};

// What people read who cannot change it.
export const READ_ONLY = {
  why: "Only people with Full Access can change the schedule.",
  on: "On",
  off: "Off",
  timeZone: "Time zone",
  none: "None",
  pause: (from, to) => `${from} to ${to}`,
};

export const TIMES = {
  label: "Time of day",
  labels: "Times of day",
  further: (number) => `Time of day ${number}`,
  add: "Add a time",
  remove: (number) => `Remove time ${number}`,
  removed: "The time was removed. Save to apply the change.",
  missing: "Select a time.",
};

export const DAYS = {
  label: "Days of the week",
  everyDay: "Every day",
  missing: "Select at least one day.",
};

export const PAUSES = {
  title: "Pauses",
  hint: "Days without a scheduled export, for example while you switch to the next school year. Students wait until the pause ends.",
  first: "First day",
  last: "Last day",
  firstMissing: "Select the first day.",
  lastMissing: "Select the last day.",
  swap: "Swap",
  add: "Add a pause",
  named: (from, to) => `the pause from ${from} to ${to}`,
  unnamed: (number) => `pause ${number}`,
  remove: (name) => `Remove ${name}`,
  removed: "The pause was removed. Save to apply the change.",
};

export const NEXT = {
  title: "Next five exports",
  unsaved: "With your unsaved changes.",
  off: "None: the schedule is off. You can use Export Students at any time.",
  onlyPauses: "None in the next two years, because of the pauses.",
  none: "No export",
  skip: (day) => `Skip ${day}`,
  skipped: (day) => `A pause on ${day} was added. Save to apply the change.`,
  afterPause: "First after a pause.",
  clockChange: (offset) => `The clocks change: ${offset} from this day on.`,
};
