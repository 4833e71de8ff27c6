// The usual formats of dates and phone numbers, and examples of them.

import { escaped } from "../../../lib/text/names.js";

const SOURCES = [
  "YYYY-MM-DD", "MM/DD/YYYY", "M/D/YYYY", "YYYYMMDD", "MM-DD-YYYY", "MM/DD/YY", "M/D/YY", "DD-MMM-YYYY", "MMM D, YYYY",
  "YYYY-MM-DD HH:mm:ss", "YYYY-MM-DD[T]HH:mm:ss",
];
export const DATES = { date_formats: SOURCES, date_format: [...SOURCES.slice(0, 9), "MMDDYYYY", "YYYY"] };
export const PHONES = ["(999) 999-9999", "999-999-9999", "9999999999", "999.999.9999", "(999)999-9999"];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");

const WRITE = {
  YYYY: ({ year }) => String(year).padStart(4, "0"),
  YY: ({ year }) => two(year % 100),
  MMM: ({ month }) => MONTHS[month - 1],
  MM: ({ month }) => two(month),
  M: ({ month }) => String(month),
  DD: ({ day }) => two(day),
  D: ({ day }) => String(day),
  HH: () => "15",
  mm: () => "07",
  ss: () => "02",
};

// A date in a format: {year, month, day}.
export const written = (date, format) =>
  format.replace(/\[([^\]]*)\]|YYYY|YY|MMM|MM|M|DD|D|HH|mm|ss/g, (token, literal) => literal ?? WRITE[token](date));

// The date that a text means, read by one of the formats; null if none fits.
export function dateIn(text, formats) {
  for (const format of formats) {
    const keys = [];
    const pattern = format.replace(/\[([^\]]*)\]|YYYY|YY|MMM|MM|M|DD|D|HH|mm|ss|[^]/g, (token, literal) => {
      if (!(token in WRITE)) return escaped(literal ?? token);
      keys.push(token);
      return token === "MMM" ? `(${MONTHS.join("|")})` : token === "YYYY" ? "(\\d{4})" : token.length === 2 ? "(\\d\\d)" : "(\\d\\d?)";
    });
    const found = new RegExp(`^${pattern}$`, "i").exec(text.trim());
    if (!found) continue;
    const part = (letter) => found[keys.findIndex((key) => key.startsWith(letter)) + 1];
    const [year, month, day] = ["Y", "M", "D"].map(part);
    const monthNumber = 1 + MONTHS.findIndex((name) => name.toLowerCase() === month?.toLowerCase());
    const date = { year: Number(year?.length === 2 ? `20${year}` : year), month: monthNumber || Number(month), day: Number(day) };
    if (date.year >= 0 && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31) return date;
  }
  return null;
}

// A phone number in a format with ten 9s; null if the text has not ten digits.
export function phoneIn(text, format) {
  const digits = text.replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  if (digits.length !== 10) return null;
  let at = 0;
  return format.replace(/9/g, () => digits[at++]);
}

export const hasShortYear = (formats) => [formats ?? []].flat().some((one) => /(?<!y)yy(?!y)/i.test(one.replace(/\[[^\]]*\]/g, "")));
