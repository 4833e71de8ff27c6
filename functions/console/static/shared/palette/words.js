// The text of the search over connections and pages.

export const PALETTE = {
  title: "Go to",
  field: "Connection, page or student",
  results: "Results",
  pageOf: (page, connection) => `${page} of ${connection}`,
  find: (typed, connection) => `Find “${typed}” in the students of ${connection}`,
  connections: "Connections",
  newConnection: "New connection",
  allDistricts: "All districts",
  people: "People",
  providers: "Sign-in providers",
  nothing: "Nothing found. Try another name.",
  hint: "Use the arrow keys, then Enter.",
};
