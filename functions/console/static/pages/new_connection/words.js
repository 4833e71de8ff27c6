// The sentences of New connection, step by step.

export const PAGE = {
  title: "New connection",
  titleOf: (name) => `Set up ${name}`,
  above: "Connections",
  notAllowed: "You can't create connections",
  whoCan: "Ask someone with Full Access.",
  unsaved: "This connection is not saved yet.",
  steps: "Steps",
  done: "Done: ",
  back: "Back",
};

export const STEP_NAMES = {
  about: "Name",
  server: "Delivery",
  check: "Test",
  mapping: "Mapping",
  done: "Done",
};

export const ABOUT = {
  title: "Name and district",
  copyOf: (name) => `${name} (copy)`,
  id: "Connection ID",
  idHint: "Used in links. Can't be changed later.",
  fixedId: "Connection ID:",
  next: "Next: delivery",
  cancel: "Cancel",
  noName: "Enter a name.",
  noDistrict: "Enter the district.",
  noTimeZone: "Select a time zone.",
  halfMadeTitle: "You already started this connection",
  halfMade: (name) => `The set-up of “${name}” is not finished. To make another connection, enter a different connection ID.`,
  finish: "Finish set-up",
  idOfHalfMade: (name) => `“${name}” has this ID, and its set-up is not finished. Finish it, or enter a different ID.`,
};

export const SERVER = {
  title: "Where the files go",
  filesTitle: "Folder and import",
  signInWith: "Sign in with",
  ways: { password: "A password", private_key: "A private key", both: "Both" },
  enterPassword: "Enter the password.",
  enterKey: "Enter the private key, or select its file.",
  saveAndTest: "Save and test",
  save: "Save",
};

export const CHECK = {
  title: "Test the connection",
  hint: "We'll connect, write a small test file with a temporary name, and delete it right away.",
  loading: "Loading …",
  steps: "Steps of the test",
  works: "It works",
  worksWithWarning: "Connected, with a warning",
  fix: "Fix the step above and test again, or continue and fix it later. Nothing can be sent until the connection works.",
  next: "Next: mapping",
  continueWithout: "Continue without a working connection",
};

export const MAPPING = {
  title: "What the files look like",
  hint: "Start from a template for your SIS. You can change every field later. Nothing is sent now.",
  label: "Mapping",
  all: "More about this template",
  use: "Use this template",
  useCopy: "Use this mapping",
  keep: "Keep the current mapping",
  empty: "Start with an empty mapping",
  copyOf: (name) => `The mapping of ${name}`,
  copyHint: (version) => `A copy of version ${version}.`,
  current: "The current mapping",
  currentHint: (version, by) => `Version ${version}, saved by ${by}.`,
  emptyLabel: "An empty mapping",
  emptyHint: "You add the files and fields yourself, or from a CSV file of your SIS.",
};

export const DONE = {
  title: (name) => `${name} is created`,
  notConnected: (name) => `${name} is saved`,
  noTest: "The connection test has not passed yet. Nothing can be sent until it does.",
  noPrograms: "This connection receives no registrations yet. Select SchoolMint Enroll in its settings.",
  next: "Registrations arrive when someone syncs them in Enroll. Nothing is sent until you send a test record, select Export Students, or turn on the schedule.",
  mapping: "Select example students and look at the mapped value of each field.",
  check: "Test the connection again.",
  schedule: "Choose when files are sent. The schedule is off.",
  settings: "Safety checks before sending, and everything you entered here.",
  goOn: "Continue with the mapping",
  seeAll: "See all connections",
};
