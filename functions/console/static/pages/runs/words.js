// History.

import { count } from "../../components/time.js";

export const HISTORY = {
  title: "History",
  list: "Runs, newest first",
  showMore: "Show more",
  stale: "This could not be refreshed and may be out of date",
  preview: "Preview tonight's export",
  previewHint: "Shows what the next export would send. Nothing is sent.",
  by: (name) => `By ${name}`,
  approvedBy: (name) => `approved by ${name}`,
  student: (called) => `Student ${called}`,
  erased: "(erased since)",
  students: (number) => count(number, "student"),
  wouldBeSent: (number) => `${count(number, "student")} would be sent`,
};

export const NONE = {
  yet: "Nothing has run yet",
  yetWhy: "Exports, checks, test records and re-sends appear here with their results.",
  match: "No runs match these filters",
  matchWhy: "Try fewer filters.",
  newest: "None among the newest runs",
  newestWhy: "Older runs have not been searched yet.",
  clear: "Clear filters",
};

export const FILTER = {
  open: "Filter",
  group: "Filter the runs",
  result: "Result",
  allResults: "All results",
  underWay: "Running",
  kind: "Kind",
  allKinds: "All but previews",
  previews: "Previews",
  from: "From",
  to: "To",
  farAway: "Choose a day from 2000 to 2999.",
  year: "School year",
  allYears: "All years",
  clear: "Clear",
};
