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
  signedOut: "You are signed out",
  signedOutHint: "You've been signed out of this browser.",
  notSignedIn: "You are not signed in",
  signIn: "Sign in",
  ended: "Your session has ended",
  endedHint: "Sign in again in a second window. This page stays open with everything you entered.",
  signInAgain: "Sign in again",
  stillThere: "Are you still there?",
  stillThereHint: "You will be signed out in less than a minute, here and in your other tabs.",
  unsavedIsLost: "Anything you haven't saved will be lost.",
  staySignedIn: "Stay signed in",
  noAccess: "You have no access yet",
  noAccessHint:
    "You are signed in, but you have no role in this service. Ask someone with Full Access to your district for a role. " +
    "If your district uses its own accounts to sign in, use yours.",
  leave: "Leave without saving?",
  leaveConfirm: "Leave",
  cannotLoad: "This page could not be loaded. There may be a newer version: reload the page.",
  wentWrong: "Something went wrong on this page. Nothing was changed.",
  cannotShow: "This page cannot be shown",
  notFound: "Page not found",
  notFoundHint: "The link may be out of date or incomplete.",
  goHome: "Go to Connections",
};
