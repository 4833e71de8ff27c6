// Lists as CSV for people, who open them in a spreadsheet (RFC 4180, UTF-8 with a byte order mark, by
// which Excel knows the encoding).

const BYTE_ORDER_MARK = "\ufeff";
const FORMULA = /^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const DIGITS_AND_SIGNS = /^(?=.*\d)[\d\s.,:/+\-%$eE]+$/;
const PLAIN_NUMBER = /^(0|[1-9]\d{0,10})$/;

/**
 * The text of a CSV file. Each cell is a text or blank, or {plain} for one that a spreadsheet may read as
 * a number or a date.
 *
 * @param {string[]} header
 * @param {(string | null | undefined | {plain: string})[][]} rows
 */
export function csvOf(header, rows) {
  return BYTE_ORDER_MARK + [header, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

// A spreadsheet would change 007, 1e5 and 3-4, and runs what starts as a formula (OWASP, CSV Injection).
// ="007" is shown as 007 by Excel, LibreOffice and Google Sheets; an apostrophe makes any other text a text.
function cellOf(value) {
  if (typeof value === "object" && value) return value.plain;
  const text = value ?? "";
  if (DIGITS_AND_SIGNS.test(text) && !PLAIN_NUMBER.test(text)) return `"=""${text}"""`;
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// A moment as spreadsheets know it, by the clock of the time zone: 2026-11-29 21:00.
export function cellOfMoment(at, zone) {
  if (!at) return null;
  const options = /** @type {const} */ ({ dateStyle: "short", timeStyle: "short", hourCycle: "h23", timeZone: zone });
  return { plain: new Intl.DateTimeFormat("sv-SE", options).format(new Date(at)) };
}

// Saves a file as a download; nothing is sent.
export function saveFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a click only begins the download
}
