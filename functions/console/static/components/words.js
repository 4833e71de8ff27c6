// The text of the controls and states that every page uses.

export const STATES = {
  loading: "Loading …",
  tryAgain: "Try again",
};

export const DIALOG = {
  close: "Close",
  cancel: "Cancel",
};

export const MESSAGES = {
  section: "Messages",
  dismiss: "Dismiss",
};

export const COMBOBOX = {
  more: (count) => `${count} more. Keep typing to narrow the list.`,
  notListed: "Not in the list, but you can still use it.",
  noMatch: "No match in the list.",
};

export const COPY = {
  copied: "Copied",
  copy: (label) => `Copy ${label}`,
  blocked: "Your browser blocked copying. Select the text and copy it yourself.",
};

export const TIMES = {
  near: { 0: "Today", 1: "Tomorrow", [-1]: "Yesterday" },
  inside: (day) => `${day.toLowerCase()} at `,
  seconds: (seconds) => `${seconds} s`,
  minutes: (minutes, seconds) => `${minutes} min ${seconds} s`,
  atLeast: (text) => `at least ${text}`,
};

export const TIME_ZONE = "Time zone";

export const FIELDS = {
  optional: "(optional)",
  fix: (count) => (count === 1 ? "Fix the highlighted field." : `Fix the ${count} highlighted fields.`),
};
