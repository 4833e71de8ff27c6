// The API's problems with a mapping in the labels of the page, for people who never see the mapping's
// file.

import { TEST_LABELS, CODES, CONDITION, FIELD, IDENTIFIERS, MANIFEST, PACKAGE, ROWS, SETTINGS, choiceInWords, optionNamed, transformationOf } from "../labels.js";
import { TESTS, TRANSFORMATIONS } from "../vocabulary.js";
import { PARTS } from "./words.js";

// A test is called by its question; the problem at its path is about the compared value.
const OF_QUESTION = { ...CONDITION, ...TEST_LABELS };
const AT_QUESTION = { ...CONDITION, ...Object.fromEntries(TESTS.map((test) => [test, CONDITION.compared])) };
const OF_STEPS = labelsOf(TRANSFORMATIONS.filter((one) => !one.asks));
// The API means the groups of the file when it mentions `each` to a field.
const OF_FIELD = { ...labelsOf([transformationOf("match_codes")]), ...FIELD, each: ROWS.groups };
const OF_FILE = { ...SETTINGS, ...ROWS, fields: "Fields" };
const OF_PACKAGE = { ...PACKAGE, files: "Files" };

function labelsOf(transformations) {
  const labels = transformations.flatMap(({ parameters }) => parameters.map(({ key, label }) => [key, label]));
  return { ...Object.fromEntries(labels), codes: CODES };
}

const isIn = (at, key) => at.startsWith(`${key}[`);

// A message of the API about the path `at` of a field or file. Leaves out what only authors of a file
// need, JSON and quotes, and counts from 1: fields[3] is field 4. Brackets of formats and patterns are no
// JSON and stay, such as [T] and [0-9]{10}.
export function messageInWords(message, at, isField) {
  const labels = labelsIn(at, isField);
  return message
    .replace(/,? (in|without) quotes\b/g, "")
    .replace(/, (such as|as in) (\["|\[?\{|\[\d{4}).*?[\]}](?=(, [^"]*)?\.$)/s, "")
    .replace(/: \{"each": "[^"]*"\}/, "")
    .replace(/\{"field": [^}]*\}/g, "a field")
    .replace(/\b(?:such as|as in) "[^"]+"(?: or "[^"]+")?/g, (example) => example.replaceAll('"', ""))
    .replace(/\b(file|field)s\[(\d+)\]/g, (_, name, index, start) => `${start === 0 ? capital(name) : name} ${Number(index) + 1}`)
    .replace(/`(\w+)`/g, (_, key) => `“${labelOf(labels, key) ?? optionNamed(IDENTIFIERS, key)?.label ?? choiceInWords(key)}”`);
}

function labelsIn(at, isField) {
  if (isIn(at, "transformations")) return { ...OF_FILE, ...OF_FIELD, ...OF_STEPS, ...OF_QUESTION };
  if (isField) return { ...OF_FILE, ...OF_FIELD };
  return { ...OF_FIELD, ...OF_FILE, ...(isIn(at, "where") && OF_QUESTION) };
}

const labelOf = (labels, key) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// "students, Grade, step 2, Format in the file" for files[0].fields[2].transformations[1].to.
export function pathInWords(path, draft) {
  const [, fileIndex, fieldIndex, rest] = path.match(/^(?:files\[(\d+)\](?:\.fields\[(\d+)\])?\.?)?(.*)$/s);
  const file = draft.files[draft.order[fileIndex]];
  const field = draft.fields[file?.fields[fieldIndex]];
  const [, stepIndex] = rest.match(/^transformations\[(\d+)\]/) ?? [];
  const step = field?.transformations[stepIndex];
  const parts = [
    fileIndex && (file?.settings.name || PARTS.file(Number(fileIndex) + 1)),
    fieldIndex && (field?.to || field?.from || PARTS.field(Number(fieldIndex) + 1)),
    stepIndex && PARTS.step(Number(stepIndex) + 1),
    ...keysInWords(stepIndex ? rest.replace(/^transformations\[\d+\]\.?/, "") : rest, labelsAt(file, field, step, rest)),
  ];
  return parts.filter(Boolean).join(", ");
}

function labelsAt(file, field, step, rest) {
  const ofStep = step && transformationOf(step.type);
  if (ofStep && !ofStep.asks) return labelsOf([ofStep]);
  if (field) return ofStep ? { ...labelsOf([ofStep]), ...AT_QUESTION } : OF_FIELD;
  if (!file) return OF_PACKAGE;
  if (isIn(rest, "where")) return { ...OF_FILE, ...AT_QUESTION };
  return Array.isArray(file.settings.rows?.each) ? { ...OF_FILE, each: ROWS.groups } : OF_FILE;
}

// "manifest.rows[0].file" as "With a manifest", "Rows of the manifest", "2", "If the zip has". What
// follows in the path of a table of codes is a value of Enroll.
function keysInWords(rest, labels) {
  const [, codes] = rest.match(/^codes\.(.*)$/s) ?? [];
  if (codes !== undefined) return [CODES, codes];
  const found = [];
  for (const [, key, index] of rest.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (index !== undefined) found.push(String(Number(index) + 1));
    else found.push(labelOf(found.includes(PACKAGE.manifest) ? MANIFEST : labels, key) ?? plain(key));
  }
  return found;
}

const plain = (key) => capital(key).replaceAll("_", " ");

// An ApiError for ErrorNotice, with its problems in words: [{path, label, message}].
export function errorInWords(error, draft) {
  if (!error?.problems?.length) return error;
  const problems = error.problems.map(({ path, message }) => {
    const [, field, at] = path.match(/^files\[\d+\](\.fields\[\d+\])?\.?(.*)$/s) ?? [];
    return { path, label: pathInWords(path, draft), message: messageInWords(message, at ?? "", Boolean(field)) };
  });
  return { message: error.message, problems };
}
