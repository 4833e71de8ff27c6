// Students: one student's receipts by id, or a year's due, held and never exported students.

import { html, useLayoutEffect, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { replaceAddress } from "../../lib/router.js";
import { studentOf } from "../../lib/students_of_tab.js";
import { Button } from "../../components/button.js";
import { TextField } from "../../components/fields.js";
import { Notice } from "../../components/states.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { studentAddress } from "../../shared/links.js";
import { Accounts } from "./accounts.js";
import { Receipts } from "./receipts.js";

const PATH = "/connections/{c}/students";

export default function StudentsPage({ params: { c }, query }) {
  return html`<${ConnectionPage} c=${c} title="Students" tab=${PATH}>
    ${(connection) => html`<${Students} connection=${connection} query=${query} />`}
  <//>`;
}

function Students({ connection, query }) {
  const c = connection.connection_id;
  const go = (wanted) => replaceAddress(href(PATH, { c }, wanted));
  const find = (wanted) => replaceAddress(wanted ? studentAddress(c, wanted) : href(PATH, { c }));
  const written = query.get("id"); // by a person, or in an old bookmark
  useLayoutEffect(() => {
    if (written) find(written);
  }, [written]);
  const word = query.get("student");
  const id = written ?? (word && studentOf(word)) ?? "";
  return html`<${Find} key=${id} id=${id} onFind=${find} />
    ${word && !id && html`<${UnknownHere} />`}
    ${id
      ? html`<${Receipts} key=${id} connection=${connection} student_id=${id} />`
      : html`<${Accounts} connection=${connection} query=${query} onChoose=${go} />`}`;
}

function UnknownHere() {
  return html`<${Notice}>
    <p>This address is of a student that only the tab knew in which it was opened, until it signed out. Write the student's id.</p>
  <//>`;
}

function Find({ id, onFind }) {
  const [typed, setTyped] = useState(id);
  const submit = (event) => {
    event.preventDefault();
    onFind(typed.trim());
  };
  return html`<form class="find" role="search" onSubmit=${submit}>
    <${TextField} label="Student id" inputmode="search" value=${typed} onInput=${setTyped} />
    <${Button} type="submit" kind="primary" icon="search">Find<//>
    ${id && html`<${Button} onClick=${() => onFind("")}>All students<//>`}
  </form>`;
}
