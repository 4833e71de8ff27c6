// Links to a run, to a student, and to a row of the mapping.

import { html } from "../lib/html.js";
import { href } from "../lib/paths.js";
import { navigate } from "../lib/router.js";
import { calledBy, useStudentName } from "../lib/student_names.js";
import { wordOf } from "../lib/students_of_tab.js";
import { LINKS } from "./words.js";

export function RunLink({ c, run_id, children }) {
  return html`<a href=${href("/connections/{c}/runs/{run}", { c, run: run_id })}>${children ?? run_id}</a>`;
}

// The address of a student, without the id; it means the student in this tab only.
export function studentAddress(c, student_id) {
  return href("/connections/{c}/students", { c }, { student: wordOf(student_id) });
}

// The address of the search for a student, without the text; it means the text in this tab only.
export function searchAddress(c, text) {
  return href("/connections/{c}/students", { c }, { search: wordOf(text) });
}

// The student's id and name. The address is made when the link is followed, because a list has many links.
// Another tab gets the page only. `name` is read where it is not given.
export function StudentLink({ c, student_id, name }) {
  const shown = useStudentName(c, student_id, name);
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(studentAddress(c, student_id));
  };
  return html`<a href=${href("/connections/{c}/students", { c })} onClick=${follow}>${calledBy(student_id, shown)}</a>`;
}

// `field` is a header of the file, or "rows" for the rows themselves.
export function MappingLink({ c, file, field }) {
  const to = href("/connections/{c}/mapping", { c }, { file, field });
  return html`<a href=${to}>${field === "rows" ? LINKS.rows(file) : LINKS.field(field, file)}</a>`;
}
