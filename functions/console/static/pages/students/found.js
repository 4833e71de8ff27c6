// The students that a search found. It goes on until some are found or everybody was searched.

import { get, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useEffect, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { EmptyState, ErrorNotice, ErrorState, Progress } from "../../components/states.js";
import { StudentLink } from "../../shared/links.js";
import { EraseDialog } from "./erase_dialog.js";
import { FIND } from "./words.js";

const STUDENT_ID = /^[\w.@-]{1,64}$/;

// `onOnly(student_id)` opens the student that certainly was meant.
export function Found({ connection, text, onOnly }) {
  const c = connection.connection_id;
  const [looked, setLooked] = useState(0);
  const [pages, setPages] = useState([]); // after the first answer
  const { data: first, error, reload } = useData((options) => search(c, text, null, options, setLooked), [c, text]);
  const only = first && pages.length === 0 && meantBy(text, first);
  useEffect(() => {
    if (only) onOnly(only);
  }, [only]);
  const all = [first, ...pages].filter(Boolean);
  const more = useAction(async () => {
    const found = await search(c, text, all.at(-1).next, {}, setLooked);
    setPages((known) => [...known, found]);
  });
  const students = distinct(all.flatMap((one) => one.items));
  const next = all.at(-1)?.next;
  useEffect(() => {
    if (first && !only) announce(students.length > 0 ? titleOf(students, text, next) : FIND.none(text));
  }, [first]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!first || only) return html`<${Progress} label=${FIND.searching(looked)} />`;
  if (students.length === 0) return html`<${None} connection=${connection} text=${text} />`;
  const like = students.filter((one) => isLike(text, one));
  const others = students.filter((one) => !like.includes(one));
  return html`<section class="stack" aria-labelledby="found">
    <h2 id="found">${like.length > 0 ? FIND.none(text) : titleOf(students, text, next)}</h2>
    ${like.length > 0 && html`<p>
      ${FIND.didYouMean}${" "}${like.map((one, at) => html`${at > 0 && ", "}<${StudentLink} key=${one.student_id} c=${c} student_id=${one.student_id} name=${one.name} />`)}?
    </p>`}
    ${like.length > 0 && others.length > 0 && html`<p class="muted">${FIND.others}</p>`}
    ${others.length > 0 && html`<ul class="students found" aria-labelledby="found">
      ${others.map((one) => html`<li key=${one.student_id}><${One} c=${c} student=${one} /></li>`)}
    </ul>`}
    ${next && html`<div class="row show-more"><${Button} busy=${more.busy} onClick=${() => more.run()}>${FIND.moreResults}<//></div>`}
    <${ErrorNotice} error=${more.error} />
  </section>`;
}

const titleOf = (students, text, next) => (next ? FIND.foundSoFar : FIND.found)(students.length, text);

function One({ c, student }) {
  const { student_id, name, number, school_year } = student;
  return html`<strong><${StudentLink} c=${c} student_id=${student_id} name=${name} /></strong>
    <span class="muted">${number && number !== student_id && FIND.numberInSis(number)}</span>
    <span class="muted">${FIND.ofYear(school_year)}</span>`;
}

function None({ connection, text }) {
  const { canConfigure } = usePerson();
  const [erasing, setErasing] = useState(false);
  return html`<${EmptyState} title=${FIND.none(text)}><p>${FIND.noneWhy}</p><//>
    ${canConfigure &&
    STUDENT_ID.test(text) &&
    html`<details>
      <summary>${FIND.erasedTitle}</summary>
      <div class="inside stack">
        <p>${FIND.erasedWhy}</p>
        <div class="row"><${Button} icon="trash" onClick=${() => setErasing(true)}>${FIND.eraseAgain}<//></div>
      </div>
    </details>`}
    ${erasing && html`<${EraseDialog} connection=${connection} student_id=${text} onClose=${() => setErasing(false)} />`}`;
}

// {items, next}: answers of the API until one has students, because an answer is about 2,000 students at most.
async function search(c, text, after, options, onLooked) {
  for (let looked = 0; ; ) {
    const answer = await get(pathOf(c, "students"), { ...options, query: { search: text, after } });
    looked += answer.looked_at;
    onLooked(looked);
    if (answer.items.length > 0 || !answer.next) return answer;
    after = answer.next;
  }
}

// The id of the only student with this id or number, or of the only one with this name; else "".
function meantBy(text, { items, next }) {
  const exact = items.filter((one) => one.student_id === text || one.number === text);
  if (exact.length === 1) return exact[0].student_id;
  return items.length === 1 && !next && !isLike(text, items[0]) ? items[0].student_id : "";
}

const bare = (id) => id.replace(/^0+(?=.)/, "");

// Whether the text is an id or number of the student, except for zeros at its start.
function isLike(text, { student_id, number }) {
  return /^\d+$/.test(text) && text !== student_id && text !== number && [student_id, number].some((one) => one && bare(one) === bare(text));
}

// The first of each student, who may be in several years.
function distinct(students) {
  return [...new Map(students.map((one) => [one.student_id, one]).reverse()).values()].reverse();
}
