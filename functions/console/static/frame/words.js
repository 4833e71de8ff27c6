// The text around every page.

export const PRODUCT = "SchoolMint Sync Service";

export const SHELL = {
  skip: "Skip to content",
  allDistricts: "All districts",
  people: "People",
  search: "Search",
  operator: (role) => `Operator, ${role}`,
  signedInAs: (name) => `Signed in as ${name}`,
  signOut: "Sign out",
};

export const PAGE = {
  whereYouAre: "Where you are",
};

export const CONNECTION = {
  all: "Connections",
  pages: "Pages of this connection",
  exportStudents: "Export Students",
  notFound: "Connection not found",
  notFoundWhy: "The link may be out of date, or the connection was deleted.",
  goToAll: "Go to Connections",
};

export const DELETION = {
  title: "Being deleted",
  before: "Syncs, exports and changes are off. Everything is permanently deleted after",
  requestedBy: (name) => `Requested by ${name}.`,
};

// app.js: what stands instead of a page, and the questions about the session
export const APP = {
  signingIn: "Signing in …",
  signedOut: "You've been signed out",
  signedOutHint: "No student data stays in this browser.",
  notSignedIn: "You are not signed in",
  signIn: "Sign in",
  ended: "Your session has ended",
  endedHint: "Sign in again in a new window. This page stays as it is, with your unsaved changes.",
  signInAgain: "Sign in again",
  stillThere: "Are you still there?",
  stillThereHint: "You'll be signed out in less than a minute, here and in your other tabs.",
  unsavedIsLost: "Unsaved changes will be discarded.",
  staySignedIn: "Stay signed in",
  noAccess: "You don't have access yet",
  noAccessHint:
    "You are signed in, but you don't have a role in this service. Ask a person with Full Access in your district to " +
    "give you one. If your district signs in with its own accounts, use yours.",
  leave: "Discard unsaved changes?",
  leaveConfirm: "Discard",
  leaveCancel: "Keep editing",
  cannotLoad: "This page couldn't be loaded. The console may have been updated: reload the page.",
  wentWrong: "Something went wrong on this page. Nothing was changed.",
  cannotShow: "This page can't be shown",
  notFound: "Page not found",
  notFoundHint: "The link may be out of date or incomplete.",
  goHome: "Go to Connections",
};
