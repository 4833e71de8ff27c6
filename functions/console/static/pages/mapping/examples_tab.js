// Registration Examples: up to five students whose mapped values the editor shows.

import { changeConnection } from "../../lib/connection_changes.js";
import { useAction } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce, toast } from "../../components/announce.js";
import { Button, IconButton } from "../../components/button.js";
import { Combobox } from "../../components/combobox.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { ReadOnlyNotice } from "./read_only_notice.js";
import { nameOf, useNames, useSearch, yearOf } from "./students.js";

const AT_MOST = 5;

export function ExamplesTab({ connection, keep, ids, setIds }) {
  const { canConfigure } = usePerson();
  const saved = connection.example_students;
  const [names, learn] = useNames(connection.connection_id, ids);
  const changed = ids.join() !== saved.join();
  const saving = useAction(async () => {
    keep(await changeConnection(connection.connection_id, { example_students: ids }));
    toast("The examples are saved.");
  });
  const add = (id, student) => {
    if (student) learn({ [id]: student });
    setIds([...ids, id]);
    announce(`${id} was added. ${AT_MOST - ids.length - 1} more can be.`);
  };
  const remove = (id) => {
    setIds(ids.filter((one) => one !== id));
    announce(`${id} was taken away.`);
    focusSoon("#add-example");
  };
  return html`<section class="examples" aria-label="Registration Examples">
    <p class="lead">
      Up to five students whose values you want to see on the Field Mapping tab. Choose unusual
      ones: with an accent in the name, without a phone number, with two guardians.
    </p>
    ${!canConfigure && html`<${ReadOnlyNotice} />`}
    ${ids.length > 0 &&
    html`<ol class="plain example-list" aria-label="Examples">
      ${ids.map(
        (id) => html`<li key=${id}>
          <${Example} id=${id} known=${names} />
          ${canConfigure && html`<${IconButton} label=${`Remove ${id}`} icon="trash" onClick=${() => remove(id)} />`}
        </li>`,
      )}
    </ol>`}
    ${ids.length === 0 && html`<p class="muted">No example is chosen yet.</p>`}
    ${canConfigure && html`<${Add} c=${connection.connection_id} ids=${ids} add=${add} />`}
    <${ErrorNotice} error=${saving.error} title="Nothing was saved" />
    ${canConfigure &&
    html`<div class="save-bar">
      <span class="muted">${changed ? "Not saved yet" : "Saved"}</span>
      <${Button} kind="primary" busy=${saving.busy} disabled=${!changed} onClick=${() => saving.run()}>Save<//>
    </div>`}
  </section>`;
}

function Example({ id, known }) {
  const student = known[id];
  return html`<div>
    <strong>${student ? nameOf(student) : id}</strong>
    ${student && html`<span class="muted">${yearOf(student)}</span>`}
    ${student === null && html`<span class="problem">No approved registration of this student was synced.</span>`}
  </div>`;
}

function Add({ c, ids, add }) {
  const [text, setText] = useState("");
  const { items, complete, busy, error } = useSearch(c, text);
  if (ids.length >= AT_MOST)
    return html`<p class="muted" id="add-example" tabindex="-1">Five are chosen: take one away to choose another.</p>`;
  const take = (id) => {
    setText("");
    if (ids.includes(id)) toast(`${id} is chosen already.`, "calm");
    else if (id) add(id, items.find((one) => one.student_id === id));
    focusSoon("#add-example input", "#add-example");
  };
  const options = items
    .filter((one) => !ids.includes(one.student_id))
    .map((one) => ({ value: one.student_id, label: nameOf(one), hint: yearOf(one) }));
  const onKeyDown = (event) => event.key === "Enter" && take(text.trim());
  return html`<div id="add-example" class="add-example" onKeyDown=${onKeyDown}>
      <${Combobox}
        label="Student ID"
        hint="Search by id or name among the students that were synced."
        options=${options}
        value=${text}
        onInput=${setText}
        onChoose=${(option) => take(option.value)}
      />
      <${Button} icon="plus" disabled=${!text.trim()} onClick=${() => take(text.trim())}>Add<//>
    </div>
    ${!busy && !complete && items.length < 20 && html`<p class="hint">Only the first 2,000 students were searched: an exact id is always found.</p>`}
    ${error && html`<${Notice} tone="bad"><p><${Sentence} text=${error.message} /></p><//>`}`;
}
