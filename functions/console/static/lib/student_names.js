// The names of students that pages show beside ids. They are read for many ids at once, and kept in this tab's
// memory only.

import { get, pathOf } from "./api.js";
import { useEffect } from "./html.js";
import { createStore, useSelected } from "./store.js";

const AT_ONCE = 100; // the API's limit
const PAUSE_MS = 20; // for the other ids of the same page

const known = createStore({}); // {"connection student": name}
const wanted = new Map(); // {connection: Set of student ids}
const asked = new Set();

// The name, "" while it is not known. With a `given` name nothing is read.
export function useStudentName(c, student_id, given) {
  const key = `${c} ${student_id}`;
  const name = useSelected(known, (names) => names[key]);
  const isWanted = given === undefined && name === undefined;
  useEffect(() => {
    if (isWanted && !asked.has(key)) want(c, student_id, key);
  }, [key, isWanted]);
  return given ?? name ?? "";
}

// What people call a student: "000333 · Tomás Evans", or the id alone.
export const calledBy = (student_id, name) => [student_id, name].filter(Boolean).join(" · ");

export const nameOfParts = (names) => names.filter(Boolean).join(" ");

function want(c, student_id, key) {
  asked.add(key);
  if (wanted.size === 0) setTimeout(readAll, PAUSE_MS);
  if (!wanted.has(c)) wanted.set(c, new Set());
  wanted.get(c).add(student_id);
}

async function readAll() {
  const all = [...wanted];
  wanted.clear();
  for (const [c, ids] of all)
    for (const some of chunks([...ids], AT_ONCE)) await read(c, some);
}

async function read(c, ids) {
  try {
    const { items } = await get(pathOf(c, "students"), { query: { ids: ids.join() } });
    const names = Object.fromEntries(items.map((one) => [`${c} ${one.student_id}`, one.name]));
    known.set({ ...known.get(), ...names });
  } catch {
    ids.forEach((id) => asked.delete(`${c} ${id}`)); // the ids are shown without names
  }
}

function chunks(all, size) {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
