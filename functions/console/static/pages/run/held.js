// The held students of a year, by reason, because one row of the mapping often holds many.

import { html, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { Sentence } from "../../components/sentence.js";
import { count, number } from "../../components/time.js";
import { MappingLink, StudentLink } from "../../shared/links.js";

const MAX_SHOWN = 12;

// held: [{student_id, file, field, rule, message}]; `total` also counts students that are not listed.
export function Held({ c, held, total, dry }) {
  const listed = new Set(held.map((row) => row.student_id)).size;
  return html`<div class="stack">
    <div>
      <h3>${dry ? "Would be held back" : "Held back"}: ${count(total, "student")}</h3>
      <p class="muted">
        They stay due: each export tries them again.
        ${listed < total && ` The first ${number(listed)} are listed; the archive has all.`}
      </p>
    </div>
    <ul class="held-groups">
      ${byReason(held).map((group) => html`<li key=${group.key}><${Group} c=${c} group=${group} /></li>`)}
    </ul>
  </div>`;
}

function Group({ c, group }) {
  const { file, field } = group.rows[0];
  return html`<p>
      ${group.message && html`<strong><${Sentence} text=${group.message} /></strong>${" "}`}
      <span class="muted">${count(group.students.length, "student")}. See <${MappingLink} c=${c} file=${file} field=${field} />.</span>
    </p>
    ${group.message
      ? html`<${Students} c=${c} ids=${group.students} />`
      : html`<${Each} c=${c} rows=${group.rows} />`}`;
}

function Students({ c, ids }) {
  const [all, setAll] = useState(false);
  return html`<p class="id-list">
    ${(all ? ids : ids.slice(0, MAX_SHOWN)).map((id) => html`<${StudentLink} key=${id} c=${c} student_id=${id} />`)}
    ${!all && ids.length > MAX_SHOWN && html`<${More} total=${ids.length} onClick=${() => setAll(true)} />`}
  </p>`;
}

// For reasons whose message differs by student, for example because it names another student.
function Each({ c, rows }) {
  const [all, setAll] = useState(false);
  return html`<ul>
      ${(all ? rows : rows.slice(0, MAX_SHOWN)).map(
        (row) => html`<li key=${`${row.student_id} ${row.message}`}>
          <${StudentLink} c=${c} student_id=${row.student_id} />: <${Sentence} text=${row.message} />
        </li>`,
      )}
    </ul>
    ${!all && rows.length > MAX_SHOWN && html`<${More} total=${rows.length} onClick=${() => setAll(true)} />`}`;
}

function More({ total, onClick }) {
  return html`<${Button} kind="quiet" class="show-all" onClick=${onClick}>Show all ${number(total)}<//>`;
}

// The most frequent reason first; `message` is empty where the messages differ.
export function byReason(held) {
  const groups = new Map();
  for (const row of held) {
    const key = JSON.stringify([row.file, row.field, row.rule]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return [...groups]
    .map(([key, rows]) => ({
      key,
      rows,
      students: [...new Set(rows.map((row) => row.student_id))],
      message: rows.every((row) => row.message === rows[0].message) ? rows[0].message : "",
    }))
    .sort((one, other) => other.students.length - one.students.length);
}
