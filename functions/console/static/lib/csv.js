// CSV files of people: read whatever a SIS or a spreadsheet wrote, and written for a spreadsheet.

// @ts-types="../../vendor.d.ts"
import { dsvFormat } from "../vendor/dsv.js";

const DELIMITERS = [",", ";", "\t", "|"];
const COMPARED_CHARACTERS = 20_000;

// The text of a file: by its byte order mark, else UTF-8, else Windows-1252, which reads any bytes.
export async function textOfFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// {delimiter, rows: [[cell, …]]}, without blank rows.
export function readCsv(text) {
  const plain = text.replace(/^\uFEFF/, "");
  const delimiter = delimiterOf(plain.slice(0, COMPARED_CHARACTERS));
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
