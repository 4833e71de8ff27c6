// Links to a run, to a student, and to a row of the mapping.

import { html } from "../lib/html.js";
import { href } from "../lib/paths.js";

export function RunLink({ c, run_id, children }) {
  return html`<a href=${href("/connections/{c}/runs/{run}", { c, run: run_id })}>${children ?? run_id}</a>`;
}

export function StudentLink({ c, student_id }) {
  return html`<a href=${href("/connections/{c}/students", { c }, { id: student_id })}>${student_id}</a>`;
}

// `field` is a header of the file, or "rows" for the rows themselves.
export function MappingLink({ c, file, field }) {
  const to = href("/connections/{c}/mapping", { c }, { file, field });
  return html`<a href=${to}>${field === "rows" ? `the rows of ${file}` : `${field} in ${file}`}</a>`;
}
