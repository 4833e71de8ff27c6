// What people call the keys and choices of a mapping.

import { TRANSFORMATIONS } from "./vocabulary.js";

export const TYPES = {
  direct: "Direct",
  match_codes: "Match Codes",
  transformation: "Transformation",
  do_not_map: "Do Not Map",
};

export const WAYS = {
  hold: "Hold the student back",
  blank: "Write a blank",
  keep: "Keep the value as it is",
  default: "Write the default",
};

export const ASKED = {
  equals: "is",
  not_equal: "is not",
  contains: "contains",
  includes: "has the item",
  is_blank: "is blank or not",
  one_of: "is one of",
};

const CHOICES = {
  ...WAYS,
  drop: "Leave it out",
  left: "On the left",
  right: "On the right",
  start: "The year it starts in: 2025",
  end: "The year it ends in: 2026",
  needed: "Only where it is needed",
  always: "Around every value",
  "utf-8": "UTF-8",
  "utf-8-bom": "UTF-8 with a byte order mark",
  "windows-1252": "Windows-1252",
  crlf: "Windows (CR LF)",
  lf: "Unix (LF)",
  space: "Write a space instead",
  changes: "Who was synced since the last export",
  all: "Every approved student of the year",
  omit: "Have no row",
  row: "Have a row of id, year and time of removal",
};

export const choiceInWords = (choice) => CHOICES[choice] ?? choice;

const BY_TYPE = new Map(TRANSFORMATIONS.map((one) => [one.type, one]));

export const transformationOf = (type) => BY_TYPE.get(type);

// "Date: YYYY-MM-DD, M/D/YYYY"
export function stepInWords(step) {
  const { title, parameters } = transformationOf(step.type) ?? { title: step.type, parameters: [] };
  const texts = parameters
    .filter(({ key }) => step[key] !== undefined && step[key] !== false)
    .map(({ key, label, kind }) => valueInWords(step[key], kind, label));
  return texts.length ? `${title}: ${texts.join(", ")}` : title;
}

function valueInWords(value, kind, label) {
  if (kind === "codes") return codesInWords(value);
  if (kind === "yes_no") return label.toLowerCase();
  if (value?.field !== undefined) return `${label.toLowerCase()} ${value.field}`;
  if (kind === "outcome") return `${label.toLowerCase()} ${quoted(value)}`;
  if (Array.isArray(value)) return value.join(", ");
  return kind === "text" ? quoted(value) : String(value);
}

const quoted = (text) => (/^\S.*\S$|^\S$/s.test(text) ? text : `“${text}”`);

function codesInWords(pairs) {
  const shown = pairs.slice(0, 4).map(([value, code]) => `${value} → ${code || "blank"}`);
  const more = pairs.length > 4 ? ` and ${pairs.length - 4} more` : "";
  return shown.length ? `${shown.join(", ")}${more}` : "no codes yet";
}

// What a field does beyond its type, as sentences: its codes or chain, and its checks.
export function optionsInWords(field) {
  const found = [];
  if (field.mapping_type === "match_codes") found.push(codesInWords(field.codes));
  if (field.mapping_type === "transformation") found.push(field.transformations.map(stepInWords).join(" → ") || "no transformation yet");
  if (field.mapping_type === "match_codes" && field.unmatched) found.push(`without a code: ${WAYS[field.unmatched].toLowerCase()}`);
  if (field.mapping_type !== "do_not_map") found.push(...checksInWords(field));
  if (field.overwrite) found.push("overwrite (imports only)");
  return found;
}

function checksInWords(field) {
  const { max_length, one_of, pattern, on_error } = field;
  return [
    field.required && "required",
    field.unique && "unique",
    max_length !== undefined && max_length !== null && `at most ${max_length} characters${field.truncate ? ", cut" : ""}`,
    one_of && `one of ${one_of.slice(0, 6).join(", ")}${one_of.length > 6 ? " …" : ""}`,
    pattern && `written as ${pattern}`,
    typeof field.default === "string" && `default ${field.default === "" ? "blank" : quoted(field.default)}`,
    on_error && on_error !== "hold" && `on error: ${WAYS[on_error].toLowerCase()}`,
  ].filter(Boolean);
}
