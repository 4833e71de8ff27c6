// The text of errors and of signing in.

export const SERVICE = {
  unreachable: "We can't reach the service. Check your internet connection and try again.",
  failed: "Something went wrong on our side. Try again.",
  noSuchName: "There is nothing with this name. Check the name or the link.",
  busy: "The service is busy. Wait a minute and try again.",
  refused: (status) => `The service refused this (error ${status}). Reload the page and try again.`,
};

export const SIGN_IN = {
  idle: (minutes) => `There was no activity for ${minutes} minutes, so you were signed out.`,
  idleUnsaved: (minutes) => `There was no activity for ${minutes} minutes, so you were signed out. Unsaved changes were discarded.`,
  notStarted: "The console couldn't start. Check your internet connection and try again.",
  otherWindow: "This sign-in was started in another window. Sign in again.",
  notFinished: "Sign-in didn't finish. Try again.",
  unreachable: "We can't reach the sign-in page. Check your internet connection and try again.",
  refused: "Sign-in didn't work. Sign in again.",
};
