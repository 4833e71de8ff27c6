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
