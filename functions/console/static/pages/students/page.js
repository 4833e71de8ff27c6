// Students: the search, the totals and lists of a year, or one student's page.

import { html, useLayoutEffect } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { navigate, replaceAddress } from "../../lib/router.js";
import { textOf } from "../../lib/students_of_tab.js";
import { Notice } from "../../components/states.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { searchAddress, studentAddress } from "../../shared/links.js";
import { Accounts } from "./accounts.js";
import { Find } from "./find.js";
import { Found } from "./found.js";
import { Receipts } from "./receipts.js";
import { FIND, PAGE } from "./words.js";

const PATH = "/connections/{c}/students";

export default function StudentsPage({ params: { c }, query }) {
  return html`<${ConnectionPage} c=${c} title=${PAGE} tab=${PATH}>
    ${(connection) => html`<${Students} connection=${connection} query=${query} />`}
  <//>`;
}

// No address has a student or what was searched for, only words that this tab knows.
function Students({ connection, query }) {
  const c = connection.connection_id;
  const choose = (wanted) => replaceAddress(href(PATH, { c }, wanted));
  const search = (text) => navigate(text ? searchAddress(c, text) : href(PATH, { c }));
  const show = (student_id) => replaceAddress(studentAddress(c, student_id));
  const written = query.get("id"); // by a person, or in an old bookmark
  useLayoutEffect(() => {
    if (written) show(written);
  }, [written]);
  const id = written ?? meant(query, "student");
  const text = meant(query, "search");
  const isUnknown = !id && !text && (query.has("student") || query.has("search"));
  return html`<${Find} key=${text} text=${text} isFiltered=${Boolean(id || text)} onFind=${search} />
    ${isUnknown && html`<${Notice}><p>${FIND.otherTab}</p><//>`}
    ${id
      ? html`<${Receipts} key=${id} connection=${connection} student_id=${id} />`
      : text
        ? html`<${Found} key=${text} connection=${connection} text=${text} onOnly=${show} />`
        : html`<${Accounts} connection=${connection} query=${query} onChoose=${choose} />`}`;
}

// What a word of the address means in this tab; "" for none.
function meant(query, name) {
  return (query.has(name) && textOf(query.get(name))) || "";
}
