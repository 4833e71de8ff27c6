// Export Student Mapping: the example students, and the fields of each file.

import { useData } from "../../lib/data.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useMemo, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { replaceAddress, useUnsaved } from "../../lib/router.js";
import { useStore } from "../../lib/store.js";
import { ErrorState, Loading } from "../../components/states.js";
import { Tabs } from "../../components/tabs.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { EditorContext, createEditor } from "./editor.js";
import { ExamplesTab } from "./examples_tab.js";
import { ALL_STUDENTS, FieldsTab } from "./fields_tab.js";
import { loadMapping, useStoredDraft } from "./saving/stored_draft.js";
import { PAGE } from "./words.js";

const PATH = "/connections/{c}/mapping";
const TABS = ["examples", "fields"];

export default function MappingPage({ params: { c }, query }) {
  return html`<${ConnectionPage} c=${c} title=${PAGE.title} tab=${PATH}>
    ${(connection, keep) => html`<${Mapping} connection=${connection} keep=${keep} query=${query} />`}
  <//>`;
}

function Mapping({ connection, keep, query }) {
  const c = connection.connection_id;
  const person = usePerson();
  const { data, error, reload } = useData((options) => loadMapping(c, person.canConfigure, options), [c]);
  const editor = useMemo(() => data && createEditor(data.saved, person.canConfigure, data.stored), [data]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!editor) return html`<${Loading} />`;
  return html`<${EditorContext.Provider} value=${editor}>
    <${MappingTabs} connection=${connection} keep=${keep} query=${query} editor=${editor} reload=${reload} />
  <//>`;
}

function MappingTabs({ connection, keep, query, editor, reload }) {
  const c = connection.connection_id;
  const examples = connection.example_students;
  const asked = TABS.find((one) => one === query.get("tab"));
  const [tab, setTab] = useState(asked ?? (examples.length || query.has("file") ? "fields" : "examples"));
  const [student, setStudent] = useState(null);
  const [chosen, setChosen] = useState(examples); // as shown on the page, saved or not
  useStoredDraft(c, editor);
  const isNotStored = ["failed", "refused", "elsewhere"].includes(useStore(editor.stored).state);
  const unsaved = [
    isNotStored && PAGE.unsavedMapping,
    chosen.join() !== examples.join() && PAGE.unsavedExamples,
  ];
  useUnsaved(unsaved.filter(Boolean).join(" "));
  useEffect(() => {
    if (query.has("file")) setTab("fields");
    else if (TABS.includes(query.get("tab"))) setTab(query.get("tab"));
  }, [query]);
  const select = (to) => {
    setTab(to);
    replaceAddress(href(PATH, { c }, { tab: to }));
  };
  return html`<div class="mapping-tabs"><${Tabs}
    label=${PAGE.title}
    tabs=${[
      { id: "examples", label: PAGE.examples },
      { id: "fields", label: PAGE.fields },
    ]}
    selected=${tab}
    onSelect=${select}
  >
    ${tab === "examples"
      ? html`<${ExamplesTab} connection=${connection} keep=${keep} ids=${chosen} setIds=${setChosen} />`
      : html`<${FieldsTab}
          connection=${connection}
          query=${query}
          student=${student === ALL_STUDENTS || examples.includes(student) ? student : (examples[0] ?? null)}
          reload=${reload}
          setStudent=${setStudent}
          toExamples=${() => {
            select("examples");
            focusSoon("#add-example", ".mapping-tabs [role=tab][aria-selected=true]");
          }}
        />`}
  <//></div>`;
}
