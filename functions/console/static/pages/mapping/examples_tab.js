// Registration Examples: up to five students whose mapped values the editor shows.

import { changeConnection } from "../../lib/connection_changes.js";
import { useAction } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { announce, toast } from "../../components/announce.js";
import { Button, IconButton, SaveButton } from "../../components/button.js";
import { Combobox } from "../../components/combobox.js";
import { refusal, useForm } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { ErrorNotice, Notice } from "../../components/states.js";
import { ReadOnlyNotice } from "./read_only_notice.js";
import { nameOf, syncedStudent, useNames, useSearch, yearOf } from "./students.js";
import { EXAMPLES, PAGE } from "./words.js";

const AT_MOST = 5;

export function ExamplesTab({ connection, keep, ids, setIds }) {
  const { canConfigure } = usePerson();
  const saved = connection.example_students;
  const [names, learn] = useNames(connection.connection_id, ids);
  const changed = ids.join() !== saved.join();
  const saving = useAction(async () => {
    keep(await changeConnection(connection.connection_id, { example_students: ids }));
    toast(EXAMPLES.saved);
  });
  const add = (id, student) => {
    if (student) learn({ [id]: student });
    setIds([...ids, id]);
    announce(EXAMPLES.added(id, AT_MOST - ids.length - 1));
  };
  const remove = (id) => {
    setIds(ids.filter((one) => one !== id));
    announce(EXAMPLES.removed(id));
    focusSoon("#add-example");
  };
  return html`<section class="examples" aria-label=${PAGE.examples}>
    <p class="lead">${EXAMPLES.lead}</p>
    ${!canConfigure && html`<${ReadOnlyNotice} />`}
    ${ids.length > 0 &&
    html`<ol class="plain example-list" aria-label=${EXAMPLES.list}>
      ${ids.map(
        (id) => html`<li key=${id}>
          <${Example} id=${id} known=${names} />
          ${canConfigure && html`<${IconButton} label=${EXAMPLES.remove(id)} icon="trash" onClick=${() => remove(id)} />`}
        </li>`,
      )}
    </ol>`}
    ${ids.length === 0 && html`<p class="muted">${EXAMPLES.none}</p>`}
    ${canConfigure && html`<${Add} c=${connection.connection_id} ids=${ids} add=${add} />`}
    <${ErrorNotice} error=${saving.error} title=${EXAMPLES.notSaved} />
    ${canConfigure &&
    html`<div class="save-bar">
      <div class="save-line">
        <span class="save-state muted">${changed ? EXAMPLES.isUnsaved : saved.length > 0 && EXAMPLES.isSaved}</span>
        <${SaveButton} busy=${saving.busy} disabled=${!changed} onClick=${() => saving.run()}>${EXAMPLES.save}<//>
      </div>
    </div>`}
  </section>`;
}

function Example({ id, known }) {
  const student = known[id];
  return html`<div>
    <strong>${student ? nameOf(student) : id}</strong>
    ${student && html`<span class="muted">${yearOf(student)}</span>`}
    ${student === null && html`<span class="problem">${EXAMPLES.unknown}</span>`}
  </div>`;
}

function Add({ c, ids, add }) {
  const [text, setText] = useState("");
  const { items, complete, busy, error } = useSearch(c, text);
  const adding = useForm(async (id) => {
    const student = items.find((one) => one.student_id === id) ?? (await syncedStudent(c, id));
    if (!student) throw refusal([{ path: "id", message: EXAMPLES.notFound(id) }]);
    setText("");
    add(id, student);
    focusSoon("#add-example input", "#add-example");
  }, { id: text });
  if (ids.length >= AT_MOST)
    return html`<p class="muted" id="add-example" tabindex="-1">${EXAMPLES.full}</p>`;
  const take = (id) => {
    if (ids.includes(id)) {
      setText("");
      toast(EXAMPLES.twice(id), "calm");
      focusSoon("#add-example input");
    } else if (id) adding.run(id);
  };
  const options = items
    .filter((one) => !ids.includes(one.student_id))
    .map((one) => ({ value: one.student_id, label: nameOf(one), hint: yearOf(one) }));
  const onKeyDown = (event) => event.key === "Enter" && take(text.trim());
  return html`<div id="add-example" class="add-example" onKeyDown=${onKeyDown}>
      <${Combobox}
        label=${EXAMPLES.label}
        hint=${EXAMPLES.hint}
        problem=${adding.problem("id")}
        options=${options}
        value=${text}
        onInput=${setText}
        onChoose=${(option) => take(option.value)}
      />
      <${Button} icon="plus" busy=${adding.busy} disabled=${!text.trim()} onClick=${() => take(text.trim())}>${EXAMPLES.add}<//>
    </div>
    ${!busy && !complete && items.length < 20 && html`<p class="hint">${EXAMPLES.partial}</p>`}
    <${ErrorNotice} error=${adding.problem("id") ? null : adding.error} />
    ${error && html`<${Notice} tone="bad"><p><${Sentence} text=${error.message} /></p><//>`}`;
}
