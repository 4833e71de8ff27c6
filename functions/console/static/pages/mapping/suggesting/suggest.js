// Suggests an Enroll field for each column of a SIS's file: by the words of both names, and by their values.

import { likeness, partsOf, wordsOf } from "../../../lib/text/names.js";
import { codesFor, dateStep, kindOf, phoneStep } from "./values.js";

const SURE = 0.9;
const LIKELY = 0.65;
const CLEARLY = 0.12; // by as much, a sure field is better than the next one
const EXACT = 2; // more than any likeness
const EXACT_OF_ANOTHER_KIND = 0.8; // the name says yes and the values no: a person has to look
const OF_STUDENT = ["students", "household"]; // groups whose name adds to what a field is called

// Other names of fields, as SISes call them: the district's number of a student is their “student number”.
const ALSO = {
  "students.student_district_id": ["student id", "district id"],
  "students.state_student_id": ["state id"],
  "students.hispanic": ["ethnicity", "hispanic ethnicity"],
  "students.race": ["ethnicity"], // which of the two a SIS means shows in its values only
  "household.street": ["street"],
};
const FIRST = new Set(["students.student_district_id", "household.street", "household.city", "household.state", "household.zip"]); // before others that fit as well

const OF_SERVICE = ["registration", "row"]; // an “id” or “student_id” of a SIS is not Enroll's

const groupOf = (path) => (path.includes(".") ? path.slice(0, path.indexOf(".")) : "");
const ownNameOf = (path) => path.slice(path.indexOf(".") + 1);
const written = (name) => partsOf(name).join(" ");

// All lists of words by which a field may be called.
export function namesOf(path) {
  const own = ownNameOf(path);
  if (groupOf(path) === "entry") return [wordsOf(own), wordsOf(`guardian ${own}`)];
  const group = OF_STUDENT.includes(groupOf(path)) ? groupOf(path) : "";
  return [wordsOf(`${group} ${own}`), ...(ALSO[path] ?? []).map(wordsOf)];
}

// fields: [{path, filled, samples}]; columns: [{header, values}], where the values are those of the rows, maybe
// none. Returns for each column {header, from, sureness: "sure" | "likely" | "none", step}; `step` is a
// transformation that writes the values as the file has them, or null.
export function suggestions(columns, fields) {
  const known = fields.map((field) => ({ ...field, names: namesOf(field.path), own: written(ownNameOf(field.path)), kind: formOf(field.samples) }));
  return columns.map(({ header, values }) => {
    const column = { words: wordsOf(header), kind: formOf(values), exact: exactOf(header, known) };
    const ranked = known.map((field) => ({ field, score: scoreOf(column, field) })).sort((a, b) => b.score - a.score || (a.field.path < b.field.path ? -1 : 1));
    const top = ranked[0]?.score ?? 0;
    const alike = ranked.filter(({ score }) => score >= top - CLEARLY);
    const best = alike.find(({ field }) => FIRST.has(field.path)) ?? ranked[0];
    const sureness = top < LIKELY ? "none" : top >= SURE && alike.length === 1 ? "sure" : "likely";
    if (sureness === "none") return { header, from: "", sureness, step: null };
    return { header, from: best.field.path, sureness, step: stepFor(best.field.samples, values) };
  });
}

// The path of the field with exactly this name; "" if none has it, or several and none of them comes first.
function exactOf(header, known) {
  const name = written(header);
  const called = known.filter(({ own, path }) => own === name && own !== "id" && !OF_SERVICE.includes(groupOf(path))).map(({ path }) => path);
  return called.length === 1 ? called[0] : (called.find((path) => FIRST.has(path)) ?? "");
}

function scoreOf({ words, kind, exact }, field) {
  const named = exact === field.path ? EXACT : Math.max(...field.names.map((name) => likeness(words, name)));
  const forms = [kind, field.kind];
  if (!kind || !field.kind || kind === field.kind || (forms.includes("phone") && forms.includes("digits"))) return named;
  if (!forms.some((one) => ["date", "phone", "email"].includes(one))) return named * 0.95;
  return named === EXACT ? EXACT_OF_ANOTHER_KIND : named * 0.5;
}

// As kindOf, but "digits" for ten bare digits: a phone number, or a student's number in a state.
function formOf(values) {
  const kind = kindOf(values);
  return kind === "phone" && values.every((one) => /^\d*$/.test(one.trim())) ? "digits" : kind;
}

const stepFor = (samples, values) => dateStep(samples, values) ?? phoneStep(samples, values);

// A field of the mapping for a suggestion that a person accepted; `values` are those of the Enroll field, if
// they were asked for.
export function fieldFor({ header, from, step }, columnValues, enrollValues) {
  const plain = { codes: [], transformations: [], from, to: header };
  if (!from) return { ...plain, mapping_type: "direct", default: "" };
  if (step) return { ...plain, mapping_type: "transformation", transformations: [step] };
  const codes = enrollValues && codesFor(enrollValues, columnValues);
  if (codes) return { ...plain, mapping_type: "match_codes", codes };
  return { ...plain, mapping_type: "direct" };
}
