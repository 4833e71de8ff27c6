// The sentences of Check Connection.

export const PAGE = {
  title: "Check Connection",
  hint: "We'll connect, write a small test file with a temporary name, and delete it right away.",
  start: "Test now",
  again: "Test again",
  notYet: "Not tested yet",
  nobodyTested: "This connection has not been tested.",
  stale: "The connection changed after this test. Test it again.",
  found: "What the test found",
  testedBy: (name) => `tested by ${name}`,
  you: "you",
  announced: (message) => `Check Connection: ${message}`,
};

export const VERDICT = {
  confirm: "Confirm the server",
  failed: "Does not work yet",
  warning: "Works, with a warning",
  works: "Works",
};

export const STEPS = {
  name: "Find the server",
  connection: "Connect to the server",
  algorithms: "Secure connection",
  host_key: "Server identity (host key)",
  sign_in: "Sign in",
  folder: "Find the folder",
  write: "Write a test file",
  replace: "Replace a file",
  delete: "Delete a file",
};

export const RESULT = {
  ok: "Passed",
  warning: "Warning",
  failed: "Failed",
  asks: "Please confirm",
  skipped: "Not tested",
  current: "Testing",
};

export const seconds = (value) => `${value.toFixed(2)} s`;

// The link from a failed step to the field that it is about.
export const CHANGE = {
  host: "Change the server address",
  port: "Change the port",
  host_keys: "See the saved host keys",
  username: "Change the user name",
  private_key: "Change the private key",
  folder: "Change the folder",
  write_in_place: "See “Overwrite files directly”",
};

export const PASSWORD = {
  change: "Change password",
  label: "New password",
  enter: "Enter the new password.",
  save: "Save and test again",
  cancel: "Cancel",
};

export const REPEAT = {
  title: "Test again with the same password?",
  text: "The server rejected this sign-in the last time. Repeated failures can lock the account. Change the password or the user name first, or test anyway if it was corrected on the server.",
  confirm: "Test anyway",
};

export const HOST_KEY = {
  first: "Is this your server?",
  another: "The server shows a different key",
  anotherHint: "It is not the key saved for this connection. The key may have been renewed, or another computer may be posing as your server. We did not sign in.",
  ask: "Ask your server administrator to confirm this fingerprint. No password has been sent yet.",
  whole: "Full key",
  whoCan: "Someone with Full Access can confirm it.",
  confirm: "Fingerprint matches - continue",
  keepToo: "Keep this key too …",
  dialog: "Keep the new key?",
  keep: "Keep the key and test again",
  onlyIf: "Only if your server administrator confirmed that the key was renewed:",
  password: "Password",
  passwordHint: "Enter it again for the new key. If you leave it empty, the saved password is removed and only the saved private key is used.",
  oldStay: (count) => (count === 1 ? "The old key stays until you remove it in the settings." : "The old keys stay until you remove them in the settings."),
};

const AT_ONCE = "In one step: your SIS sees the old file or the new one, never a part of one.";

export const ABILITIES = {
  title: "What the server can do",
  replaces: "Replaces a file",
  replacedBy: {
    posix_rename: AT_ONCE,
    rename: AT_ONCE,
    aside_and_rename: "In two steps: for a moment there is no file. Your SIS never sees a part of one.",
    in_place: "Only by overwriting it: your SIS could read an incomplete file.",
  },
  folder: "Accepts files in",
  deletes: "Deletes test files",
  yes: "Yes",
  noDeletes: "No: the account can't delete files.",
  unknown: "Not known",
};
