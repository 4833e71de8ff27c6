// The receipts of one student, one for each school year, and erasing the student.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { EraseDialog } from "./erase_dialog.js";
import { Receipt } from "./receipt.js";

export function Receipts({ connection, student_id }) {
  const c = connection.connection_id;
  const { data, error, reload } = useData(
    (options) => get(pathOf(c, "registrations"), { ...options, query: { student_id } }),
    [c, student_id],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${error.status === 400 ? null : reload} />`;
  if (!data) return html`<${Loading} label="Looking for the student …" />`;
  return html`${data.items.length === 0 && html`<${Unknown} student_id=${student_id} />`}
    ${data.items.map(
      (receipt) => html`<${Receipt} key=${receipt.school_year} connection=${connection} receipt=${receipt} reload=${reload} />`,
    )}
    <${Erase} connection=${connection} student_id=${student_id} reload=${reload} />`;
}

// Also without receipts, because an erasure that failed midway can be requested again.
function Erase({ connection, student_id, reload }) {
  const { canConfigure } = usePerson();
  const [open, setOpen] = useState(false);
  if (!canConfigure) return null;
  const close = () => {
    setOpen(false);
    reload();
  };
  return html`<div class="row erase">
    <${Button} icon="trash" onClick=${() => setOpen(true)}>Erase this student …<//>
    ${open && html`<${EraseDialog} connection=${connection} student_id=${student_id} onClose=${close} />`}
  </div>`;
}

function Unknown({ student_id }) {
  return html`<${EmptyState} title=${`No registration of ${student_id} is kept here`}>
    <p>
      None was ever synced here, or the student was erased. Look whether the id is right, zeros in front included. Only approved registrations are taken:
      sync the student in SchoolMint Enroll.
    </p>
  <//>`;
}
