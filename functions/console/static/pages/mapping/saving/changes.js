// The differences between two drafts with the same ids, in the labels of the page.

import { canonical, codesAsPairs, definitionOfField } from "../draft.js";
import {
  CONDITION, FIELD, IDENTIFIERS, MANIFEST, PACKAGE, SEPARATORS, SETTINGS, MAPPING_TYPES, ON_ERROR,
  choiceInWords, codeInWords, conditionInWords, optionNamed, outcomeInWords, questionInWords, quoted, rowsInWords, settingInWords, stepInWords,
  transformationOf,
} from "../labels.js";
import { CHOICES } from "../vocabulary.js";
import { CHANGES } from "./words.js";

// [{key, where, changes: [text]}]; two entries with the same `key` are about the same thing.
export function differences(from, to) {
  const found = [];
  const add = (key, where, ...changes) => changes.length && found.push({ key, where, changes });
  const name = (draft, id) => draft.files[id].settings.name || CHANGES.unnamedFile;
  const head = (draft, id) => draft.fields[id].to || draft.fields[id].from || CHANGES.unnamedField;
  for (const id of from.order) if (!to.order.includes(id)) add(id, name(from, id), CHANGES.fileDeleted);
  for (const id of to.order) {
    const [before, now] = [from.order.includes(id) && from.files[id], to.files[id]];
    const file = name(to, id);
    if (!before) {
      add(id, file, CHANGES.fileAdded);
      continue;
    }
    add(id, file, ...ofSettings(before.settings, now.settings));
    for (const one of before.fields)
      if (!now.fields.includes(one)) add(one, `${file}, ${head(from, one)}`, CHANGES.fieldDeleted);
    for (const one of now.fields) {
      const where = `${file}, ${head(to, one)}`;
      if (!before.fields.includes(one)) add(one, where, CHANGES.fieldAdded);
      else add(one, where, ...ofField(...[from, to].map((of) => definitionOfField(of.fields[one]))));
    }
    if (kept(before.fields, now.fields) !== kept(now.fields, before.fields))
      add(`${id} order`, file, CHANGES.fieldOrder);
  }
  if (kept(from.order, to.order) !== kept(to.order, from.order)) add("order", CHANGES.files, CHANGES.fileOrder);
  add("package", PACKAGE.package, ...ofPackage(from.package, to.package));
  return found;
}

const kept = (list, others) => canonical(list.filter((one) => others.includes(one)));

function ofSettings(before, now) {
  return Object.entries(SETTINGS).flatMap(([key, label]) => {
    if (key === "where") return ofList(label, before.where, now.where, conditionInWords);
    if (key === "header") return ofSwitch(label, before.header ?? true, now.header ?? true);
    return ofValue(label, settingShown(key, before[key]), settingShown(key, now[key]));
  });
}

function settingShown(key, value) {
  if (key === "rows") return rowsInWords(value);
  if (key === "separator") return optionNamed(SEPARATORS, value ?? "comma")?.label ?? shown(value);
  if (key === "text_identifier") return optionNamed(IDENTIFIERS, value ?? "double")?.label ?? shown(value);
  if (key === "extension") return (value ?? "csv").toUpperCase() === "CSV" ? "CSV" : shown(value);
  return key in CHOICES ? settingInWords(key, value ?? CHOICES[key][0]) : shown(value);
}

const OF_CODES = transformationOf("match_codes").parameters;

function ofField(before, now) {
  const ofKey = ([key, label]) => {
    const [old, current] = [before[key], now[key]];
    if (key === "transformations") return ofChain(old, current);
    if (key === "one_of") return ofList(label, old, current);
    if (key === "mapping_type") return ofValue(label, MAPPING_TYPES[old], MAPPING_TYPES[current]);
    if (key === "on_error") return ofValue(label, ON_ERROR[old ?? "hold"], ON_ERROR[current ?? "hold"]);
    const isSwitch = [old, current].some((one) => typeof one === "boolean");
    return isSwitch ? ofSwitch(label, old, current) : ofValue(label, shown(old), shown(current));
  };
  return [...Object.entries(FIELD).flatMap(ofKey), ...ofParameters(OF_CODES, before, now)];
}

function ofParameters(parameters, before, now) {
  const both = [before, now].map(codesAsPairs);
  return parameters.flatMap(({ key, label, kind, default: defaultValue }) => {
    const [old, current] = both.map((of) => of[key] ?? defaultValue ?? undefined);
    if (kind === "codes") return ofCodes(old, current);
    if (kind === "yes_no") return ofSwitch(label, old, current);
    if (kind === "texts" || kind === "paths") return ofList(label, old, current);
    const words = { choice: chosen, outcome: outcomeInWords }[kind] ?? shown;
    return ofValue(label, words(old), words(current));
  });
}

function ofCodes(old = [], current = []) {
  const [before, now] = [new Map(old), new Map(current)];
  const removed = [...before].filter(([value]) => !now.has(value));
  const added = [...now].filter(([value]) => !before.has(value));
  const other = [...now].filter(([value, code]) => before.has(value) && before.get(value) !== code);
  const order = (codes, others) => [...codes.keys()].filter((value) => others.has(value));
  return [
    ...(canonical(order(before, now)) === canonical(order(now, before)) ? [] : [CHANGES.codeOrder]),
    ...other.map(([value, code]) => CHANGES.became(codeInWords(value, before.get(value)), codeInWords(value, code))),
    ...added.map((pair) => CHANGES.added(codeInWords(...pair))),
    ...removed.map((pair) => CHANGES.removed(codeInWords(...pair))),
  ];
}

function ofChain(before = [], now = []) {
  return pairs(before, now).flatMap(([old, current]) => {
    const stepText = (steps, step) => CHANGES.step(steps.indexOf(step) + 1, stepInWords(codesAsPairs(step), Infinity));
    if (!old) return [CHANGES.added(`${stepText(now, current)},`)];
    if (!current) return [CHANGES.removed(`${stepText(before, old)},`)];
    const { title, asks, parameters } = transformationOf(current.type);
    const changed = asks ? ofQuestion(old, current, parameters) : ofParameters(parameters, old, current);
    return changed.map((text) => CHANGES.step(now.indexOf(current) + 1, `${title}: ${text}`));
  });
}

// Pairs the steps of two chains, in order: equal steps first, then steps of the same type.
function pairs(before, now) {
  const score = (old, current) => (old.type !== current.type ? -1 : canonical(old) === canonical(current) ? 2 : 1);
  const best = Array.from({ length: before.length + 1 }, () => Array(now.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      best[i][j] = Math.max(best[i + 1][j], best[i][j + 1], score(before[i], now[j]) + best[i + 1][j + 1]);
  const found = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < now.length) {
    const both = i < before.length && j < now.length;
    if (both && best[i][j] === score(before[i], now[j]) + best[i + 1][j + 1]) found.push([before[i++], now[j++]]);
    else if (both ? best[i][j] === best[i + 1][j] : i < before.length) found.push([before[i++], null]);
    else found.push([null, now[j++]]);
  }
  return found;
}

// The question of If Then Else is one sentence; its two outcomes are parameters.
function ofQuestion(before, now, parameters) {
  const outcomes = parameters.filter(({ kind }) => kind === "outcome");
  const isList = before.one_of && now.one_of && questionInWords({ ...before, one_of: [] }) === questionInWords({ ...now, one_of: [] });
  const asked = isList ? ofList(CONDITION.compared, before.one_of, now.one_of) : ofValue(CHANGES.question, questionInWords(before), questionInWords(now));
  return [...asked, ...ofParameters(outcomes, before, now)];
}

function ofPackage(before, now) {
  const [old, current] = [before?.manifest, now?.manifest];
  const row = ({ property, value, file, otherwise }) =>
    [`${quoted(property)}: ${shown(value)}`, file && CHANGES.ifZipHas(quoted(file)), otherwise && CHANGES.otherwise(quoted(otherwise))].filter(Boolean).join(", ");
  return [
    ...(Boolean(before) === Boolean(now) ? [] : [CHANGES.packageSwitched(Boolean(now))]),
    ...ofValue(PACKAGE.name, shown(before?.name), shown(now?.name)),
    ...ofSwitch(PACKAGE.manifest, Boolean(old), Boolean(current)),
    ...ofValue(MANIFEST.name, shown(old?.name), shown(current?.name)),
    ...ofValue(MANIFEST.header, shown(old?.header?.join(", ")), shown(current?.header?.join(", "))),
    ...ofList(MANIFEST.rows, old?.rows, current?.rows, row),
  ];
}

// Each of these functions returns a list, empty where both values are equal.

const ofValue = (label, before, now) => (before === now ? [] : [`${label}: ${before} → ${now}`]);

function ofSwitch(label, before, now) {
  return Boolean(before) === Boolean(now) ? [] : [CHANGES.switched(label, Boolean(now))];
}

function ofList(label, before, now, words = shown) {
  const [old, current] = [before, now].map((list) => [list ?? []].flat().map((one) => words(one)));
  const added = current.filter((one) => !old.includes(one)).map((one) => CHANGES.added(`${label}: ${one}`));
  const removed = old.filter((one) => !current.includes(one)).map((one) => CHANGES.removed(`${label}: ${one}`));
  const found = [...added, ...removed];
  return found.length || canonical(old) === canonical(current) ? found : [`${label}: ${old.join(", ")} → ${current.join(", ")}`];
}

function shown(value) {
  if (value === undefined || value === null) return CHANGES.nothing;
  return value === "" ? CHANGES.blank : quoted(String(value));
}

const chosen = (choice) => (choice === undefined ? CHANGES.byOnError : choiceInWords(choice));
