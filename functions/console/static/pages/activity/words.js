// The text of the page Activity.

import { count } from "../../components/time.js";

export const ACTIVITY = {
  title: "Activity",
  forFullAccess: "People with Full Access see here who viewed student data.",
  none: "No one has viewed student data yet",
  noneHint: "Every view of student data is recorded here, and every request that was refused.",
  hint: "Who viewed student data of this connection, or was refused. The record names no student and is kept as long as the history.",
  caption: "Views of student data, the newest first",
  more: "Show more",
  when: "When",
  who: "Who",
  what: "What",
  times: "Times",
  program: (name) => `${name} (a program)`,
  refused: "Refused",
  openRun: "open the run",
};

// By the API's kind of a read; `students` is a text such as "3 students".
export const READ = {
  receipt: () => "One student's details",
  list: (students) => `A list of ${students}`,
  search: (students) => `A search that found ${students}`,
  fields: (students) => `Field values of ${students}`,
  preview: (students) => `Mapped values of ${students}`,
  file: (_students, rows) => `A link to a file with ${count(rows, "row")}`,
  run: (students) => `A run that names ${students}`,
  dry_run: (students) => `A preview of ${students}`,
  test_record: (students) => `A test record of ${students}`,
  runs: (students) => `The history, which names ${students}`,
  other: (kind, students) => `${kind}: ${students}`,
};
