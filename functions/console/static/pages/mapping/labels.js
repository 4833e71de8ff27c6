// The labels of the keys and options of a mapping, and what a mapping does in words.

import { count } from "../../components/time.js";
import { SETTINGS, TRANSFORMATIONS } from "./vocabulary.js";

export { SETTINGS };

// Of the rows of a file; `each` as one text is a list, as several texts groups of fields.
export const ROWS = {
  each: "List",
  groups: "Field groups",
  delimiter: "The list is one text, separated by",
  skip_when_blank: "Skip if blank",
  distinct: "Field",
};

// Of a condition.
export const CONDITION = { field: "If the field", test: "Test", compared: "Compared with", delimiter: "Delimiter", ignore_case: "Ignore upper/lower case" };

// Of a field, whatever its type.
export const FIELD = {
  from: "From SchoolMint Enroll Field",
  mapping_type: "Mapping Type",
  to: "To SFTP Field",
  transformations: "Transformations",
  required: "Required",
  unique: "Unique",
  max_length: "Maximum length",
  truncate: "Shorten longer values",
  one_of: "Allowed values",
  pattern: "Pattern",
  default: "Default",
  on_error: "On error",
  overwrite: "Overwrite",
};

// Of a table of codes; the values whose code is a blank are rows of the table.
export const CODES = "Match codes";
export const CODE_TABLE_KEYS = ["codes", "send_blank"];

// Of the zip, and of its manifest.
export const PACKAGE = {
  package: "One zip of all files",
  name: "Name of the zip",
  manifest: "With a manifest",
};
export const MANIFEST = {
  name: "Name of the manifest",
  header: "Headers",
  rows: "Rows of the manifest",
  property: "Property",
  value: "Value",
  file: "If the zip has",
  otherwise: "Otherwise",
};

export const SEPARATORS = [
  { value: "comma", label: "Comma", character: "," },
  { value: "tab", label: "Tab", character: "\t" },
  { value: "pipe", label: "Pipe |", character: "|" },
  { value: "semicolon", label: "Semicolon ;", character: ";" },
];

export const IDENTIFIERS = [
  { value: "double", label: 'Double quotes "', character: '"' },
  { value: "single", label: "Single quotes '", character: "'" },
  { value: "none", label: "None", character: "" },
];

// Finds an option by its name or by its character, because a mapping may contain either.
export const optionNamed = (options, text) =>
  options.find((one) => one.value === text.toLowerCase() || one.character === text);

export const MAPPING_TYPES = {
  direct: "Direct",
  match_codes: "Match Codes",
  transformation: "Transformation",
  do_not_map: "Do Not Map",
};

export const ON_ERROR = {
  hold: "Hold the student",
  blank: "Write a blank",
  keep: "Keep the value",
  default: "Write the default",
};

export const TEST_LABELS = {
  equals: "is",
  not_equal: "is not",
  contains: "contains",
  includes: "has the item",
  is_blank: "is blank or not",
  one_of: "is one of",
  before: "is before",
  after: "is after",
  less: "is less than",
  greater: "is greater than",
};

const OPTION_LABELS = {
  ...ON_ERROR,
  drop: "Leave it out",
  left: "On the left",
  right: "On the right",
  start: "The year it starts in: 2025",
  end: "The year it ends in: 2026",
  needed: "Only where needed",
  always: "Around every value",
  "utf-8": "UTF-8",
  "utf-8-bom": "UTF-8 with BOM (Excel)",
  "windows-1252": "Windows-1252",
  crlf: "Windows (CR LF)",
  lf: "Unix (LF)",
  space: "Replace them with a space",
  quote: "Put an apostrophe in front",
  changes: "Students synced since the last export",
  new: "Only students never sent before",
  all: "Every approved student of the year",
  leave: "Leave the last file unchanged",
  header_only: "Replace the last file with only its header (scheduled exports)",
  omit: "Add no row",
  row: "Add a row with ID, year and removal time",
};

export const choiceInWords = (choice) => (Object.hasOwn(OPTION_LABELS, choice) ? OPTION_LABELS[choice] : choice);

// Of a setting of a file: line breaks and formulas have a "keep" of their own.
export const settingInWords = (key, value) =>
  (key === "line_breaks" || key === "formulas") && value === "keep" ? "Keep them" : choiceInWords(value);

const BY_TYPE = new Map(TRANSFORMATIONS.map((one) => [one.type, one]));

export const transformationOf = (type) => BY_TYPE.get(type);

// "Date: YYYY-MM-DD, M/D/YYYY", "If Then Else: this field is not A, then 1"
export function stepInWords(step, maxCodes = 4) {
  const { title, asks, parameters } = transformationOf(step.type) ?? { title: step.type, parameters: [] };
  const texts = parameters
    .filter(({ key, kind }) => (kind === "outcome" || !asks) && ![undefined, null, false].includes(step[key]))
    .map((parameter) => valueInWords(step[parameter.key], parameter, maxCodes));
  if (asks) texts.unshift(questionInWords(step));
  return texts.length ? `${title}: ${texts.join(", ")}` : title;
}

function valueInWords(value, { kind, label, required }, maxCodes) {
  const called = label.toLowerCase();
  if (kind === "codes") return codesInWords(value, maxCodes);
  if (kind === "yes_no") return called;
  if (kind === "outcome") return `${called} ${outcomeInWords(value)}`;
  if (kind === "choice") return required ? inside(choiceInWords(value)) : `${called}: ${inside(choiceInWords(value))}`;
  if (Array.isArray(value)) return value.map(quoted).join(", ") || "nothing yet";
  return quoted(String(value));
}

const inside = (sentence) => sentence[0].toLowerCase() + sentence.slice(1);

// The value that If Then Else writes; undefined keeps the value.
export function outcomeInWords(value) {
  if (value === undefined) return "this field's value";
  if (value.field !== undefined) return `the value of ${quoted(value.field)}`;
  return value === "" ? "blank" : quoted(value);
}

// Quotes a text that is empty or has spaces around, so that people see it.
export const quoted = (text) => (/^\S.*\S$|^\S$/s.test(text) ? text : `“${text}”`);

function codesInWords(pairs, most = 4) {
  const shown = pairs.slice(0, most).map(([value, code]) => codeInWords(value, code));
  const more = pairs.length > most ? ` and ${pairs.length - most} more` : "";
  return shown.length ? `${shown.join(", ")}${more}` : "no codes yet";
}

// A null code is a blank that is sent.
export const codeInWords = (value, code) => `${quoted(value)} → ${code === "" ? "no code yet" : code === null ? "blank" : quoted(code)}`;

// What a field does beyond its type, as sentences: its codes or chain, and its checks.
export function optionsInWords(field) {
  const found = [];
  if (field.mapping_type === "match_codes") found.push(codesInWords(field.codes));
  if (field.mapping_type === "transformation") found.push(field.transformations.map((step) => stepInWords(step)).join(" → ") || "no transformation yet");
  if (field.mapping_type === "match_codes" && field.unmatched) found.push(`if no code matches: ${ON_ERROR[field.unmatched].toLowerCase()}`);
  if (field.mapping_type !== "do_not_map") found.push(...checksInWords(field));
  if (field.overwrite) found.push("overwrite (imports only)");
  return found;
}

// The condition of If Then Else.
export const questionInWords = (step) => conditionInWords({ ...step, field: step.field ?? "this field" });

export function conditionInWords({ field, ...condition }) {
  const looked_at = quoted(field ?? "");
  const [test] = Object.keys(TEST_LABELS).filter((key) => condition[key] !== undefined && condition[key] !== null);
  if (test === "is_blank") return `${looked_at} is ${condition.is_blank ? "" : "not "}blank`;
  const compared = [condition[test]].flat().map(quoted).join(", ");
  const among = test === "includes" && condition.delimiter ? ` between ${quoted(condition.delimiter)}` : "";
  return `${looked_at} ${TEST_LABELS[test]} ${compared}${among}${condition.ignore_case ? ", in capitals or not" : ""}`;
}

export function rowsInWords(rows) {
  if (!rows || rows === "student") return "one row for each student";
  const { each, distinct, delimiter, skip_when_blank: skip = [] } = rows;
  if (typeof distinct === "string") return `a row for each ${quoted(distinct)}`;
  const names = [skip ?? []].flat();
  return [
    `a row for each ${[each].flat().map(quoted).join(", ")}`,
    delimiter && `a text with ${quoted(delimiter)} between`,
    names.length > 0 && `no row if ${names.join(", ")} ${names.length === 1 ? "is" : "are"} blank`,
  ].filter(Boolean).join(", ");
}

function checksInWords(field) {
  const { max_length, one_of, pattern, on_error } = field;
  return [
    field.required && "required",
    field.unique && "unique",
    max_length !== undefined && max_length !== null && `at most ${count(max_length, "character")}${field.truncate ? ", cut" : ""}`,
    one_of && `one of ${one_of.slice(0, 6).map(quoted).join(", ")}${one_of.length > 6 ? " …" : ""}`,
    pattern && `written as ${quoted(pattern)}`,
    typeof field.default === "string" && `default ${field.default === "" ? "blank" : quoted(field.default)}`,
    on_error && on_error !== "hold" && `on error: ${ON_ERROR[on_error].toLowerCase()}`,
  ].filter(Boolean);
}
