// Reads CSV files of people: whatever a SIS or a spreadsheet wrote.

// @ts-types="../../../vendor.d.ts"
import { dsvFormat } from "../../vendor/dsv.js";

const DELIMITERS = [",", ";", "\t", "|"];
const COMPARED_CHARACTERS = 20_000;
const COMPARED_BYTES = 2000;

// The text of a file: by its byte order mark, else UTF-16 if every other byte is mostly zero, else UTF-8,
// else Windows-1252, which reads any bytes.
export async function textOfFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const [even, odd] = zerosIn(bytes.subarray(0, COMPARED_BYTES));
  if (odd > 0.5) return new TextDecoder("utf-16le").decode(bytes);
  if (even > 0.5) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// The share of zeros among the bytes at even and at odd offsets.
function zerosIn(bytes) {
  const zeros = [0, 0];
  bytes.forEach((byte, at) => (zeros[at % 2] += byte === 0 ? 1 : 0));
  return zeros.map((count) => count / Math.max(1, bytes.length / 2));
}

// {delimiter, rows: [[cell, …]]}, without blank rows. Excel's own first line, sep=;, names the delimiter.
export function readCsv(text) {
  const whole = text.replace(/^\uFEFF/, "");
  const named = whole.match(/^sep=(.)\r?\n/i);
  const plain = named ? whole.slice(named[0].length) : whole;
  const delimiter = named ? named[1] : delimiterOf(plain.slice(0, COMPARED_CHARACTERS));
  return { delimiter, rows: rowsOf(plain, delimiter) };
}

const rowsOf = (text, delimiter) => dsvFormat(delimiter).parseRows(text).filter((row) => row.some((cell) => cell.trim() !== ""));

// The delimiter that gives the rows the most columns, all alike.
function delimiterOf(text) {
  const columns = (delimiter) => columnsIn(rowsOf(text, delimiter));
  return DELIMITERS.reduce((best, one) => (columns(one) > columns(best) ? one : best));
}

// The number of columns, less where rows differ in it.
function columnsIn(rows) {
  const counts = rows.map((row) => row.length);
  const alike = counts.filter((count) => count === counts[0]).length;
  return counts.length ? (counts[0] * alike) / counts.length : 0;
}
