// One student: who it is, and a receipt for each school year.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { nameOfParts } from "../../lib/student_names.js";
import { Menu } from "../../components/menu.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { EraseDialog } from "./erase_dialog.js";
import { Receipt } from "./receipt.js";
import { FIND, STUDENT } from "./words.js";

export function Receipts({ connection, student_id }) {
  const c = connection.connection_id;
  const { data, error, reload } = useData(
    (options) => get(pathOf(c, "registrations"), { ...options, query: { student_id } }),
    [c, student_id],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${error.status === 400 ? null : reload} />`;
  if (!data) return html`<${Loading} label=${STUDENT.loading} />`;
  if (data.items.length === 0) return html`<${EmptyState} title=${FIND.none(student_id)}><p>${FIND.noneWhy}</p><//>`;
  const name = data.items.map(({ names }) => nameOfParts(names ?? [])).find(Boolean) ?? "";
  return html`<div class="apart">
      <div>
        <h2 class="student-name">${name || STUDENT.student(student_id)}</h2>
        ${name && html`<p class="muted">${STUDENT.id(student_id)}</p>`}
      </div>
      <${Actions} connection=${connection} student_id=${student_id} reload=${reload} />
    </div>
    ${data.items.map(
      (receipt) => html`<${Receipt} key=${receipt.school_year} connection=${connection} receipt=${receipt} reload=${reload} />`,
    )}`;
}

function Actions({ connection, student_id, reload }) {
  const { canConfigure } = usePerson();
  const [erasing, setErasing] = useState(false);
  const close = () => {
    setErasing(false);
    reload();
  };
  const items = [
    { label: STUDENT.print, onSelect: () => print() },
    canConfigure && { label: STUDENT.erase, onSelect: () => setErasing(true), danger: true },
  ];
  return html`<${Menu} label=${STUDENT.actions} text=${STUDENT.actions} items=${items} />
    ${erasing && html`<${EraseDialog} connection=${connection} student_id=${student_id} onClose=${close} />`}`;
}
