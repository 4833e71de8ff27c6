// Prepares the change that a link offers for a held student: the person completes and saves it.

import { focusSoon } from "../../../lib/focus.js";
import { setField, withChanges } from "../draft.js";
import { dateFormat } from "../suggesting/values.js";
import { setOpen } from "./open_rows.js";
import { FIX_LINKS } from "./words.js";

// Returns a message if the row has changed so that the fix does not apply. A repeated call only moves the focus.
export function prepareFix(editor, id, { kind, value }) {
  const field = editor.draft.get().fields[id];
  const { changes, focus, missing } = FIXES[kind](field, value);
  if (changes) editor.update((draft) => setField(draft, id, changes));
  setOpen([id], !missing);
  focusSoon(`#row-${id} ${missing ? "" : focus}`, `#row-${id}`);
  return missing;
}

const FIXES = { add_code: addCode, add_date_format: addDateFormat, set_default: setDefault };

function addCode(field, value) {
  const at = field.mapping_type === "match_codes" ? null : stepOf(field, (step) => step.codes);
  if (at === -1) return { missing: FIX_LINKS.noCodes(field.to) };
  const codes = at === null ? field.codes : field.transformations[at].codes;
  const index = codes.findIndex(([known]) => known === value);
  const next = { codes: [...codes, [value, ""]] };
  const changes = at === null ? next : { transformations: withStep(field, at, next) };
  const row = index === -1 ? codes.length : index;
  return { changes: index === -1 && changes, focus: `${selectorOf(at)} tr[data-index="${row}"] td:nth-child(2) input` };
}

function addDateFormat(field, value) {
  const at = stepOf(field, (step) => step.type === "date");
  if (at === -1) return { missing: FIX_LINKS.noDate(field.to) };
  const known = [field.transformations[at].from ?? []].flat();
  const found = dateFormat([value]);
  const isNew = found && !known.includes(found);
  return {
    changes: isNew && { transformations: withStep(field, at, { from: [...known.filter(Boolean), found] }) },
    focus: `${selectorOf(at)} .format-list > div:nth-child(${isNew ? known.filter(Boolean).length + 1 : 1}) select`,
  };
}

function setDefault(field) {
  return { changes: typeof field.default !== "string" && { default: "" }, focus: ".optional-text input[type=text]" };
}

const stepOf = (field, test) => (field.mapping_type === "transformation" ? field.transformations.findIndex(test) : -1);
const withStep = (field, at, changes) => field.transformations.map((step, index) => (index === at ? withChanges(step, changes) : step));
const selectorOf = (at) => (at === null ? "" : `.step:nth-child(${at + 1})`);
