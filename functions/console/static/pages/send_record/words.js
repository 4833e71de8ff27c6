// The visible sentences of Send Record.

export const RECORD = {
  title: (student) => `Send Record: student ${student}`,
  close: "Close",
  cancel: "Cancel",
  send: "OK, Continue",
  loading: "Preparing the record …",
  attention: "This student can't be sent until you fix:",
  filteredOut: "Your conditions filter this student out of every file, so there is nothing to send.",
  bySftp: (host) => `Goes to the test folder on ${host}; your real files aren't touched.`,
  byDownload: "Goes to the test folder for download; your real files aren't touched.",
  noEffect: "The student is still included in the next export.",
};

export const PREVIEW = {
  values: (name) => `Values of ${name}`,
  path: "Goes to",
  rawLines: "Raw lines",
};
