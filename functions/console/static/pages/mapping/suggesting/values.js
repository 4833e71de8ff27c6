// What values look like, and how to write one list of values as another has them.

import { folded } from "../../../lib/text/names.js";

/** @type {[string, RegExp][]} */
const DATES = [
  ["YYYY-MM-DD", /^\d{4}-\d\d-\d\d$/],
  ["YYYYMMDD", /^(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])$/],
  ["MM/DD/YYYY", /^(0[1-9]|1[0-2])\/([0-2]\d|3[01])\/\d{4}$/],
  ["M/D/YYYY", /^(0?[1-9]|1[0-2])\/([0-2]?\d|3[01])\/\d{4}$/],
  ["MM-DD-YYYY", /^(0[1-9]|1[0-2])-([0-2]\d|3[01])-\d{4}$/],
  ["M-D-YYYY", /^(0?[1-9]|1[0-2])-([0-2]?\d|3[01])-\d{4}$/],
  ["DD/MM/YYYY", /^([0-2]\d|3[01])\/(0[1-9]|1[0-2])\/\d{4}$/],
  ["MM/DD/YY", /^(0[1-9]|1[0-2])\/([0-2]\d|3[01])\/\d\d$/],
  ["M/D/YY", /^(0?[1-9]|1[0-2])\/([0-2]?\d|3[01])\/\d\d$/],
  ["DD-MMM-YYYY", /^([0-2]\d|3[01])-[A-Za-z]{3}-\d{4}$/],
  ["MMM D, YYYY", /^[A-Za-z]{3} ([0-2]?\d|3[01]), \d{4}$/],
];

const present = (values) => values.map((one) => one.trim()).filter(Boolean);

// The date format that all values have, or null.
export function dateFormat(values) {
  const found = present(values);
  return found.length ? (DATES.find(([, pattern]) => found.every((one) => pattern.test(one)))?.[0] ?? null) : null;
}

const TEN_DIGITS = /^\D{0,3}(1\D)?\d{3}\D{0,2}\d{3}\D?\d{4}$/;

// The phone format of the values with a 9 for each digit, or null if they differ or are no phone numbers.
export function phoneFormat(values) {
  const formats = new Set(present(values).map((one) => (TEN_DIGITS.test(one) ? one.replace(/\d/g, "9") : null)));
  const [format] = formats;
  return formats.size === 1 && format?.replace(/[^9]/g, "").length === 10 ? format : null;
}

// "date", "phone", "email", or "" for anything else.
export function kindOf(values) {
  const found = present(values ?? []);
  if (found.length === 0) return "";
  if (dateFormat(found)) return "date";
  if (found.every((one) => /^[^@\s]+@[^@\s]+$/.test(one))) return "email";
  if (found.every((one) => TEN_DIGITS.test(one))) return "phone";
  return "text";
}

// The transformation from the dates of Enroll to those of the file, or null.
export function dateStep(samples, values) {
  const [from, to] = [dateFormat(samples), dateFormat(values)];
  return from && to && from !== to ? { type: "date", from, to } : null;
}

export function phoneStep(samples, values) {
  const to = phoneFormat(values);
  return to && kindOf(samples) === "phone" && phoneFormat(samples) !== to ? { type: "phone_number", to } : null;
}

const MAX_CODES = 40;

// Values that people write in several ways; each line has one meaning.
const SAME = [
  ["y", "yes", "true", "t", "1"],
  ["n", "no", "false", "f", "0"],
  ["m", "male", "boy"],
  ["f", "female", "girl"],
  ["x", "nonbinary", "non-binary", "nb"],
  ["pk", "prek", "pre-k", "prekindergarten", "pre-kindergarten", "-1", "p4", "-2"],
  ["k", "kg", "kf", "kindergarten", "0", "00"],
];

// Whether a column of a file has few values, each in several rows.
export const mayBeCodes = ({ values, count }) => values.length <= MAX_CODES && count >= 2 * values.length && values.length > 0 && kindOf(values) === "text";

// Codes for values: [[value, code]], with an empty code where none is found; null if the file has the values as
// they are, or too many to be codes.
export function codesFor(values, columnValues) {
  const codes = [...new Set(present(columnValues))];
  if (codes.length === 0 || codes.length > MAX_CODES || values.length === 0 || values.length > MAX_CODES) return null;
  if (values.every((value) => codes.includes(value))) return null;
  const pairs = values.map((value) => [value, codeFor(value, codes)]);
  return pairs.some(([, code]) => code !== "") ? pairs : null;
}

function codeFor(value, codes) {
  const alike = [
    (code) => code === value,
    (code) => folded(code) === folded(value),
    (code) => unpadded(code) !== null && unpadded(code) === unpadded(value),
    (code) => SAME.some((line) => line.includes(folded(value)) && line.includes(folded(code))),
    (code) => /^[a-z]{1,3}$/i.test(code) && folded(value).startsWith(folded(code)),
  ];
  for (const isAlike of alike) {
    const found = codes.filter(isAlike);
    if (found.length === 1) return found[0];
    if (found.length > 1) return "";
  }
  return "";
}

const unpadded = (text) => (/^\d+$/.test(text) ? String(Number(text)) : null);
