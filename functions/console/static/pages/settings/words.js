// The sentences of Settings; New connection uses many of them.

export const PAGE = {
  title: "Settings",
  readOnly: "Someone with Full Access can change the settings.",
  unsaved: "The settings are not saved yet.",
  saved: "Settings saved.",
  save: "Save",
  discard: "Discard changes",
  notSaved: "Not saved yet",
  test: "Test the connection with the new settings",
};

export const ABOUT = {
  title: "About",
  name: "Name",
  nameHint: "Shown on the Connections page. Example: North High - PowerSchool",
  id: "Connection ID:",
  sis: "SIS",
  district: "District",
  districtHint: "As in the groups of its people: district:NAME.",
  timeZone: "Time zone",
  timeZoneHint: "Used for schedules and for every time shown here. Search for a large city, or for a name such as Eastern Time.",
  receive: (program) => `Receive registrations from ${program}`,
  nameFields: "Fields of a student's name",
  nameFieldsHint: "Used in lists and in search. Separate them with commas, such as students.fname, students.lname.",
  namesInLists: "Names in lists",
  none: "none",
  otherPrograms: "Other programs",
  clientIds: "Client IDs of all programs",
  clientIdsHint: "Separate them with spaces. A program that is not listed can't read this connection or sync to it. An operator binds each program to its districts.",
};

export const TAKES = {
  title: "Registrations it receives",
  hint: "Enroll can send a registration to all connections at once. This connection keeps only those that match here. A student who no longer matches is removed from it.",
  years: "School years",
  yearsHint: "Start years, separated by commas, such as 2025, 2026. Leave empty for all.",
  where: "Only registrations that meet all of these conditions",
  noCondition: "No conditions: all registrations.",
};

export const DELIVERY = {
  title: "Where the files go",
  method: "Delivery method",
  sftp: "SFTP",
  sftpHint: "We put the files on a server where your SIS picks them up.",
  download: "Manual download",
  downloadHint: "The files stay here until a person or a program downloads them.",
  host: "Host",
  port: "Port",
  username: "User name",
  folder: "Folder",
  folderHint: "{school_year} becomes the start year, so each school year has its own folder.",
  goesTo: (year) => `Students of ${year} go to`,
  othersGoTo: (year) => `, those of ${year} to`,
  sameFile: ", those of every other year to the same file: two school years in one export are refused.",
};

export const IMPORTER = {
  title: "Import by your SIS",
  label: "After import, the SIS",
  hint: "If your SIS deletes imported files, we'll warn you when one wasn't imported.",
  unknown: "Not sure (we'll detect it)",
  removes: "Deletes the file",
  leaves: "Leaves the file",
  doneFile: "Also create a .done file after each file",
  doneFileHint: "For SISes that wait for one: students.csv.done appears when all files are complete.",
  inPlace: "Overwrite files directly",
  inPlaceHint: "Only if the connection test asks for it. The SIS could read an incomplete file.",
  links: "Keep symbolic links",
  linksHint: "If a file on the server is a link, it stays a link. The file behind it is replaced.",
  doneFiles: ".done files",
  yes: "Yes",
  no: "No",
};

export const SIGN_IN = {
  title: "Sign-in",
  password: "Password",
  newPassword: "New password",
  privateKey: "Private key",
  keyHint: "The whole text, from -----BEGIN to the last -----.",
  keyFile: "or select its file",
  fileRead: (name) => `${name} was read.`,
  passphrase: "Passphrase",
  passphraseHint: "Of the private key, if it has one.",
  show: "Show",
  hide: "Hide",
  showOf: (label) => `Show the ${label.toLowerCase()}`,
  hideOf: (label) => `Hide the ${label.toLowerCase()}`,
  changedServer: "Enter the password again because the server address changed.",
  changedServerTitle: "This is another server",
  changedServerWhy: "A saved password is never sent to another host, port, user name or host key. Enter it again, or remove it to sign in with the saved private key alone.",
  typedAgain: "The server address changed. The password you just entered is saved for the new address.",
};

// Of "password" and "private_key".
export const STORED = {
  names: { password: "Password", private_key: "Private key" },
  group: { password: "Saved password", private_key: "Saved private key" },
  saved: (name, day, by) => `${name} saved ${day} by ${by}`,
  none: { password: "No password", private_key: "No private key" },
  unknown: (name) => `${name}: never shown. If one is saved, it stays as it is.`,
  add: { password: "Add a password", private_key: "Add a private key" },
  change: { password: "Change password", private_key: "Change private key" },
  remove: { password: "Remove password", private_key: "Remove private key" },
  removed: (name) => `${name}: removed when you save.`,
  keep: { password: "Keep the saved password", private_key: "Keep the saved private key" },
  cancel: { password: "Don't add a password", private_key: "Don't add a private key" },
};

// Where the API's message about a secret is not the person's problem.
export const SECRET_PROBLEMS = {
  empty: {
    password: "Enter the password, or keep the saved one.",
    private_key: "Enter the private key, or keep the saved one.",
  },
  leftOut: {
    password: "Enter the password again because the server address changed, or remove it to sign in with the saved private key alone.",
    private_key: "The generated key belongs to the former server: enter another private key, or remove it. Then generate a key for this server.",
  },
};

export const GENERATED = {
  group: "The generated key",
  title: "A key pair made here",
  hint: "The private half is saved and never shown. The public half is for the server. The sign-in above stays in use until the new key has signed in; then the former key is deleted.",
  inUse: "In use",
  keyInUse: "the key in use",
  waiting: "Waiting for its first sign-in",
  newKey: "the new key",
  addTo: (account) => `Add this line to the authorized keys of ${account} on the server, then`,
  theAccount: "the account",
  test: "test the connection",
  discard: "Discard the new key",
  discarded: "The key was discarded.",
  generated: "A key pair was generated. Its public half is shown above the button.",
  type: "Type of the key",
  ed25519: "Ed25519",
  rsa: "RSA, for servers that do not know Ed25519",
  generate: "Generate a key",
  another: "Generate another key",
  publicHalf: (which) => `the public half of ${which}`,
  fingerprint: "Fingerprint",
  made: "Made",
  by: (name) => ` by ${name}`,
  signedIn: "Signed in first",
};

export const HOST_KEYS = {
  title: "Host keys",
  hint: "We recognize the server by its keys. While the server changes its key, keep both.",
  ofOther: (host) => `These are keys of ${host}: remove them. The connection test shows the key of the new server.`,
  another: "another server",
  none: "None yet.",
  noneYet: "None yet.",
  test: "Test the connection",
  toSee: ": it shows the key of the server for you to confirm.",
  remove: "Remove",
  removeOf: (number) => `Remove host key ${number}`,
  removed: "The key was removed. Save to keep the change.",
  addTitle: "Add a key",
  label: "Host key",
  labelHint: "The line that your server administrator sends you, or that ssh-keyscan prints without the host name.",
  oneLine: "Enter one key on one line: its type and the key, as ssh-ed25519 AAAA…",
  notWhole: "This key is incomplete. Copy the line again, to its very end.",
  already: "This key is already in the list.",
  add: "Add the key",
  added: "The key was added. Save to keep the change.",
};

const ACTIONS = { off: "Off", warn: "Warn only", hold: "Require approval", carry_over: "Carry over: send its students again, in the new file" };

export const GUARDS = {
  title: "Safety checks before sending",
  hint: "If something in the files of a school year is unusual, we warn you, or wait for your approval.",
  group: (label) => `Safety check: ${label}`,
  actions: ACTIONS,
  short: { ...ACTIONS, carry_over: "Carry over" },
  row_count: {
    label: "Unusually many or few rows",
    hint: "Compared with the usual number (the median) of the last 5 exports of that school year.",
    percent: "Differs by more than (percent)",
    at_least: "and by at least (rows)",
  },
  blank_required: {
    label: "A required column is blank",
    hint: "These students need attention in any case. This checks how many there are.",
    percent: "For more than (percent of students)",
    at_least: "and for at least (students)",
  },
  blank_column: {
    label: "A column is blank that usually has values",
    hint: "Compared with the last export of at least 10 rows.",
    percent: "In more than (percent of rows)",
    at_least: "and in at least (rows)",
  },
  unmatched: {
    label: "Values without a match code",
    hint: "In one field of one file.",
    count: "More than (values)",
  },
  not_collected: {
    label: "The last file was not imported",
    hint: "Your SIS deletes the files that it imports, and our last file is still there: the new one would replace it. Carry over works with every SIS: it sends the students of the last file again unless that file is gone.",
  },
  moreThanPercent: (percent) => `more than ${percent}%`,
  atLeast: (count) => `at least ${count}`,
  moreThan: (count) => `more than ${count}`,
};
