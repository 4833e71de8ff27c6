// The text of the page Notifications.

export const NOTIFICATIONS = {
  title: "Notifications",
  recipients: "People who get email",
  hint: "Each person first gets an email from no-reply@sns.amazonaws.com with a link to confirm, which works for two days. No email names a student.",
  none: "No one gets email about this connection",
  add: "Add a person",
  saved: "Saved.",
  savedAndAsked: (email) => `Saved. ${email} was asked to confirm.`,
  removed: (email) => `${email} no longer gets email.`,
  remove: "Remove this person?",
  removeConfirm: "Remove",
  removeHint: "no longer gets email about this connection.",
};

export const RECIPIENT = {
  change: "Change",
  changeOf: (email) => `Change ${email}`,
  ask: "Ask again",
  askOf: (email) => `Ask ${email} again`,
  asked: (email) => `${email} has a new email with a link to confirm.`,
  remove: "Remove",
  removeOf: (email) => `Remove ${email}`,
};

export const FORM = {
  change: "Change what this person gets email for",
  add: "Add a person",
  cancel: "Cancel",
  save: "Save",
  email: "Email address",
  kinds: "Send email when",
  chooseOne: "Select at least one.",
  oneAddress: "Enter one email address. Example: ada@anytown.example.org.",
  notSaved: "Nothing was saved.",
};

export const KIND = {
  failed: "An export failed",
  needsApproval: "An export needs approval",
  needsAttention: "More students need attention",
  notCollected: "The SIS didn't import the last file",
  overdue: "A scheduled export is overdue",
  overdueHint: "Once a day, until an export has finished.",
  succeeded: "An export delivered files",
  weekly: "A weekly summary",
  weeklyHint: "On Monday morning.",
};

export const STATE = {
  waiting: "Waiting for confirmation",
  confirmed: "Confirmed",
  unsubscribed: "Unsubscribed or not confirmed",
};
