// New File asks what is in the file, and creates it with the rows that this needs.

import { focusSoon } from "../../../lib/focus.js";
import { html, useState } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { RadioGroup } from "../../../components/fields.js";
import { NEW_FIELD, insertFile, newId } from "../draft.js";
import { useEditor } from "../editor.js";
import { useFields, useGuardianGroups } from "../fields/known_fields.js";
import { NEW_FILE } from "./words.js";

const STUDENT_ID = ["students.student_district_id", "registration.student_id"]; // the first that students have
const GROUPS = ["student_annual.guardian1_", "student_annual.guardian2_"];
const SCHOOL = "student_annual.school_id";

export function NewFileDialog({ select, onFromCsv, onClose }) {
  const editor = useEditor();
  const [kind, setKind] = useState("students");
  const found = useGuardianGroups();
  const { fields } = useFields();
  const groups = found.length ? found : GROUPS;
  const create = () => {
    onClose();
    if (kind === "csv") return onFromCsv();
    const id = newId();
    const { name, from, rows } = startOf(kind, fields, groups);
    const settings = { name: isFree(editor.draft.get(), name) ? name : "", ...(rows && { rows }) };
    editor.update((draft) => insertFile(draft, id, settings, [{ ...NEW_FIELD, from }], draft.order.length));
    select(id);
    announce(NEW_FILE.created(settings.name));
    return focusSoon(`#settings-${id} .settings-row`);
  };
  const options = [
    { value: "students", label: NEW_FILE.students, hint: NEW_FILE.studentsHint },
    { value: "guardians", label: NEW_FILE.guardians, hint: NEW_FILE.guardiansHint(found) },
    { value: "schools", label: NEW_FILE.schools, hint: NEW_FILE.schoolsHint },
    { value: "csv", label: NEW_FILE.csv, hint: NEW_FILE.csvHint },
    { value: "empty", label: NEW_FILE.empty, hint: NEW_FILE.emptyHint },
  ];
  const actions = html`<${Button} onClick=${onClose}>${NEW_FILE.cancel}<//>
    <${Button} kind="primary" onClick=${create}>${kind === "csv" ? NEW_FILE.next : NEW_FILE.create}<//>`;
  return html`<${Dialog} title=${NEW_FILE.title} onClose=${onClose} actions=${actions}>
    <${RadioGroup} label=${NEW_FILE.question} options=${options} value=${kind} onInput=${setKind} />
  <//>`;
}

// {name, from: of its first field, rows}
function startOf(kind, fields, groups) {
  const id = STUDENT_ID.find((path) => fields.some((one) => one.path === path)) ?? STUDENT_ID[1];
  if (kind === "guardians") return { name: "guardians", from: id, rows: { each: groups, skip_when_blank: "fname" } };
  if (kind === "schools") return { name: "schools", from: SCHOOL, rows: { distinct: SCHOOL } };
  return kind === "students" ? { name: "students", from: id } : { name: "", from: "" };
}

const isFree = (draft, name) => draft.order.every((id) => draft.files[id].settings.name !== name);
