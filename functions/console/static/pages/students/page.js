// Students: one student's receipts by id, or a year's due, held and never exported students.

import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { replaceAddress } from "../../lib/router.js";
import { Button } from "../../components/button.js";
import { TextField } from "../../components/fields.js";
import { ConnectionPage } from "../../frame/connection_page.js";
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
  const id = query.get("id") ?? "";
  return html`<${Find} key=${id} id=${id} onFind=${(wanted) => go(wanted ? { id: wanted } : {})} />
    ${id
      ? html`<${Receipts} key=${id} connection=${connection} student_id=${id} />`
      : html`<${Accounts} connection=${connection} query=${query} onChoose=${go} />`}`;
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
