// The text of the page All districts.

import { count, number } from "../../components/time.js";

export const OVERVIEW = {
  title: "All districts",
  refresh: "Refresh",
  outOfDate: "The page could not be refreshed and may be out of date",
  none: "There are no connections yet",
  caption: "All connections, problems first",
  summary: (all, failed, overdue) => `${count(all, "connection")}: ${number(failed)} failed last night, ${number(overdue)} overdue.`,
  connection: "Connection",
  setup: "Being set up",
  district: "District",
  lastExport: "Last export",
  waiting: "Students",
  nextExport: "Next export",
};
