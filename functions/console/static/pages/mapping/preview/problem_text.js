// What the API says of a mapping, for people who never see the mapping's file: its keys become what
// the page calls them.

import { ASKED, CODES, CONDITION, FIELD, IDENTIFIERS, MANIFEST, PACKAGE, ROWS, SETTINGS, choiceInWords, named, transformationOf } from "../labels.js";
import { TESTS, TRANSFORMATIONS } from "../vocabulary.js";

// A test is told by what it asks; at its place is what it compares with.
const OF_QUESTION = { ...CONDITION, ...ASKED };
const AT_QUESTION = { ...CONDITION, ...Object.fromEntries(TESTS.map((test) => [test, CONDITION.compared])) };
const OF_STEPS = labelsOf(TRANSFORMATIONS.filter((one) => !one.asks));
// What is said to a field of the `each` of its file is about groups.
const OF_FIELD = { ...labelsOf([transformationOf("match_codes")]), ...FIELD, each: ROWS.groups };
const OF_FILE = { ...SETTINGS, ...ROWS, fields: "Fields" };
const OF_PACKAGE = { ...PACKAGE, files: "Files" };

function labelsOf(transformations) {
  const labels = transformations.flatMap(({ parameters }) => parameters.map(({ key, label }) => [key, label]));
  return { ...Object.fromEntries(labels), codes: CODES };
}

const isIn = (at, key) => at.startsWith(`${key}[`);

// A sentence of the API about the place `at` of a field, or of a file. What only somebody who
// writes the file needs goes; people count from 1: fields[3] is the row with a 4 before it.
export function sentenceOf(message, at, of_field) {
  const labels = labelsIn(at, of_field);
  return message
    .replace(/,? (in|without) quotes\b/g, "")
    .replace(/, (such as|as in) (\[.*\]|\{.*\})(?=\.$)/s, "")
    .replace(/\b(file|field)s\[(\d+)\]/g, (_, name, place, start) => `${start === 0 ? capital(name) : name} ${Number(place) + 1}`)
    .replace(/`(\w+)`/g, (_, key) => `“${labelOf(labels, key) ?? named(IDENTIFIERS, key)?.label ?? choiceInWords(key)}”`);
}

function labelsIn(at, of_field) {
  if (isIn(at, "transformations")) return { ...OF_FILE, ...OF_FIELD, ...OF_STEPS, ...OF_QUESTION };
  if (of_field) return { ...OF_FILE, ...OF_FIELD };
  return { ...OF_FIELD, ...OF_FILE, ...(isIn(at, "where") && OF_QUESTION) };
}

const labelOf = (labels, key) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// "students, Grade, step 2, Format in the file", of files[0].fields[2].transformations[1].to.
export function placeOf(path, draft) {
  const [, file_place, field_place, rest] = path.match(/^(?:files\[(\d+)\](?:\.fields\[(\d+)\])?\.?)?(.*)$/s);
  const file = draft.files[draft.order[file_place]];
  const field = draft.fields[file?.fields[field_place]];
  const [, step_place] = rest.match(/^transformations\[(\d+)\]/) ?? [];
  const step = field?.transformations[step_place];
  const parts = [
    file_place && (file?.settings.name || `file ${Number(file_place) + 1}`),
    field_place && (field?.to || field?.from || `field ${Number(field_place) + 1}`),
    step_place && `step ${Number(step_place) + 1}`,
    ...keysInWords(step_place ? rest.replace(/^transformations\[\d+\]\.?/, "") : rest, labelsAt(file, field, step, rest)),
  ];
  return parts.filter(Boolean).join(", ");
}

function labelsAt(file, field, step, rest) {
  const of_step = step && transformationOf(step.type);
  if (of_step && !of_step.asks) return labelsOf([of_step]);
  if (field) return of_step ? { ...labelsOf([of_step]), ...AT_QUESTION } : OF_FIELD;
  if (!file) return OF_PACKAGE;
  if (isIn(rest, "where")) return { ...OF_FILE, ...AT_QUESTION };
  return Array.isArray(file.settings.rows?.each) ? { ...OF_FILE, each: ROWS.groups } : OF_FILE;
}

// "manifest.rows[0].file" as "With a manifest", "Rows of the manifest", "2", "If the zip has". What
// is below a table of codes is a value of Enroll.
function keysInWords(rest, labels) {
  const [, codes] = rest.match(/^codes\.(.*)$/s) ?? [];
  if (codes !== undefined) return [CODES, codes];
  const found = [];
  for (const [, key, place] of rest.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (place !== undefined) found.push(String(Number(place) + 1));
    else found.push(labelOf(found.includes(PACKAGE.manifest) ? MANIFEST : labels, key) ?? plain(key));
  }
  return found;
}

const plain = (key) => capital(key).replaceAll("_", " ");

// An ApiError as ErrorNotice takes it, its problems told in words: [{path, place, message}].
export function inWordsOfThePage(error, draft) {
  if (!error?.problems?.length) return error;
  const problems = error.problems.map(({ path, message }) => {
    const [, field, at] = path.match(/^files\[\d+\](\.fields\[\d+\])?\.?(.*)$/s) ?? [];
    return { path, place: placeOf(path, draft), message: sentenceOf(message, at ?? "", Boolean(field)) };
  });
  return { message: error.message, problems };
}
