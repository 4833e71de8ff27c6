// Students who need attention as a work list: by reason, then by the value at fault, with what fixes it.

import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { Button } from "../../components/button.js";
import { Sentence } from "../../components/sentence.js";
import { StudentLink } from "../../shared/links.js";
import { ATTENTION_LIST, FixLink } from "../mapping/link.js";
import { dateFormat } from "../mapping/suggesting/values.js";
import { HELD } from "./held_words.js";

const MAX_SHOWN = 12;

// rows: [{student_id, name?, file, field, rule, message, value?}]; counts: [{file, field, rule, students}] where
// not all students are in the rows. `onDownload(student_ids)` saves the students of a reason.
export function HeldGroups({ connection, rows, counts = [], onDownload }) {
  return html`<ul class="held-groups" aria-label=${HELD.groups}>
    ${byReason(rows, counts).map(
      (group) => html`<li key=${group.key}><${Group} c=${connection.connection_id} group=${group} onDownload=${onDownload} /></li>`,
    )}
  </ul>`;
}

function Group({ c, group, onDownload }) {
  const { canConfigure } = usePerson();
  const { file, field, rule } = group;
  const link = { c, file, field };
  return html`<p>
      <strong>${field === "rows" ? file : field}</strong>${field !== "rows" && html`<span class="muted"> ${HELD.in(file)}</span>`}:
      ${" "}<${Sentence} text=${group.message} />${" "}<span class="muted">${HELD.students(group.total)}.</span>
    </p>
    <${Values} link=${link} group=${group} canFix=${canConfigure} />
    ${group.total > group.students.length && html`<p class="muted">${HELD.listed(group.students.length)}</p>`}
    <div class="row held-actions">
      ${canConfigure && rule === "required" && html`<${FixLink} ...${link} fix="set_default" />`}
      <a href=${href("/connections/{c}/mapping", { c }, { file, field, from: ATTENTION_LIST })}>${HELD.open(field)}</a>
      ${onDownload && html`<${Button} kind="quiet" icon="download" onClick=${() => onDownload(group.students)}>${HELD.download}<//>`}
    </div>`;
}

function Values({ link, group, canFix }) {
  const [all, setAll] = useState(false);
  const shown = all ? group.values : group.values.slice(0, MAX_SHOWN);
  return html`<ul class="plain held-values">
      ${shown.map(
        (one) => html`<li key=${one.key}>
          ${one.message && html`<${Sentence} text=${one.message} />${" "}`}
          ${one.value && html`<code>${one.value}</code>${" "}`}
          ${canFix && fixOf(group.rule, one.value) && html`<${FixLink} ...${link} fix=${fixOf(group.rule, one.value)} value=${one.value} />${" "}`}
          ${one.value && one.students.length > 1 && html`<span class="muted">${HELD.students(one.students.length)}: </span>`}
          <${Students} c=${link.c} students=${one.students} />
        </li>`,
      )}
    </ul>
    ${shown.length < group.values.length &&
    html`<${Button} kind="quiet" class="show-all" onClick=${() => setAll(true)}>${HELD.allValues(group.values.length)}<//>`}`;
}

// What a link can prepare for a value.
function fixOf(rule, value) {
  if (!value) return null;
  if (rule === "match_codes") return "add_code";
  return rule === "date" && dateFormat([value]) ? "add_date_format" : null;
}

function Students({ c, students }) {
  const [all, setAll] = useState(false);
  const shown = all ? students : students.slice(0, MAX_SHOWN);
  return html`<span class="id-list">
    ${shown.map((one) => html`<${StudentLink} key=${one.student_id} c=${c} student_id=${one.student_id} name=${one.name} />`)}
    ${shown.length < students.length && html`<${Button} kind="quiet" class="show-all" onClick=${() => setAll(true)}>${HELD.showAll(students.length)}<//>`}
  </span>`;
}

// The most frequent reason first. `total` is how many students have it, `students` are those in the rows. Messages
// that differ, because they name another student, stand at their students.
export function byReason(rows, counts = []) {
  const ofReason = Map.groupBy(rows, ({ file, field, rule }) => JSON.stringify([file, field, rule]));
  const counted = new Map(counts.map(({ file, field, rule, students }) => [JSON.stringify([file, field, rule]), students]));
  const keys = [...new Set([...ofReason.keys(), ...counted.keys()])];
  return keys
    .map((key) => {
      const [file, field, rule] = JSON.parse(key);
      const found = ofReason.get(key) ?? [];
      const students = distinct(found);
      const isSame = found.every(({ message }) => message === found[0].message);
      const message = isSame ? (found[0]?.message ?? "") : "";
      return { key, file, field, rule, message, students, values: byValue(found, isSame), total: Math.max(counted.get(key) ?? 0, students.length) };
    })
    .sort((one, other) => other.total - one.total);
}

function byValue(rows, isSame) {
  const groups = Map.groupBy(rows, ({ value, message }) => JSON.stringify([value ?? "", isSame ? "" : message]));
  return [...groups]
    .map(([key, found]) => ({ key, value: found[0].value ?? "", message: isSame ? "" : found[0].message, students: distinct(found) }))
    .sort((one, other) => other.students.length - one.students.length);
}

const distinct = (rows) => [...new Map(rows.map((row) => [row.student_id, row])).values()];
