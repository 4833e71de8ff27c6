// The receipts of one student, one for each school year.

import { get, pathOf } from "../../api.js";
import { useData } from "../../data.js";
import { html } from "../../html.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { Receipt } from "./receipt.js";

export function Receipts({ connection, student_id }) {
  const c = connection.connection_id;
  const { data, error, reload } = useData(
    (options) => get(pathOf(c, "registrations"), { ...options, query: { student_id } }),
    [c, student_id],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${error.status === 400 ? null : reload} />`;
  if (!data) return html`<${Loading} label="Looking for the student …" />`;
  if (data.items.length === 0) return html`<${Unknown} student_id=${student_id} />`;
  return data.items.map(
    (receipt) => html`<${Receipt} key=${receipt.school_year} connection=${connection} receipt=${receipt} reload=${reload} />`,
  );
}

function Unknown({ student_id }) {
  return html`<${EmptyState} title=${`No registration of ${student_id} was synced here`}>
    <p>
      Look whether the id is right, zeros in front included. Only approved registrations are taken:
      sync the student in SchoolMint Enroll.
    </p>
  <//>`;
}
