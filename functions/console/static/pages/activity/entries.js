// The entries of the access log in words.

import { count } from "../../components/time.js";

const KIND_TEXT = {
  receipt: () => "The receipt of a student",
  list: (students) => `A list of ${students}`,
  search: (students) => `A search that found ${students}`,
  fields: (students) => `Values of fields of ${students}`,
  preview: (students) => `Mapped values of ${students}`,
  file: (_students, rows) => `A link to a file with ${count(rows, "row")}`,
  run: (students) => `A run that names ${students}`,
  dry_run: (students) => `A dry run with ${students}`,
  test_record: (students) => `A test record of ${students}`,
  runs: (students) => `The history, which names ${students}`,
};

// Reads of one kind in a row become one row with the number of times: an open page reads again and again.
export function joined(entries) {
  const rows = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    if (last && SAME.every((name) => last[name] === entry[name])) last.times += 1;
    else rows.push({ ...entry, times: 1 });
  }
  return rows;
}

const SAME = ["sub", "by", "kind", "route", "run_id", "students"];

// A refused request shows its route; a kind that this page does not know, its name.
export function inWords({ kind, students, route }) {
  if (kind === "refused") return route;
  return KIND_TEXT[kind]?.(count(students, "student"), students) ?? `${kind.replaceAll("_", " ")}: ${count(students, "student")}`;
}
