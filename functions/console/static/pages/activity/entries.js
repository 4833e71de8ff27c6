// The entries of the access log in words.

import { count } from "../../components/time.js";
import { READ } from "./words.js";

// Reads of one kind in a row become one row with the number of times: an open page reads again and again.
export function joined(entries) {
  const rows = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    if (last && SAME.every((name) => last[name] === entry[name])) last.times += 1;
    else rows.push({ ...entry, times: 1 });
  }
  return rows;
}

const SAME = ["sub", "by", "kind", "route", "run_id", "students"];

// A refused request shows its route; a kind that this page does not know, its name.
export function inWords({ kind, students, route }) {
  if (kind === "refused") return route;
  const named = count(students, "student");
  return READ[kind]?.(named, students) ?? READ.other(kind.replaceAll("_", " "), named);
}
