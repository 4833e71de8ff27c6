// Where a thing is looked at: a run, a student, the row of the mapping that is at fault.

import { html } from "../html.js";
import { href } from "../router.js";

export function RunLink({ c, run_id, children }) {
  return linked(href("/connections/{c}/runs/{run}", { c, run: run_id }), children ?? run_id);
}

export function StudentLink({ c, student_id }) {
  return linked(href("/connections/{c}/students", { c }, { id: student_id }), student_id);
}

// `field` is a header of the file, or "rows" where the rows themselves are at fault.
export function MappingLink({ c, file, field }) {
  const to = href("/connections/{c}/mapping", { c }, { file, field });
  return linked(to, field === "rows" ? `the rows of ${file}` : `${field} in ${file}`);
}

function linked(to, text) {
  return to ? html`<a href=${to}>${text}</a>` : html`<span>${text}</span>`;
}
