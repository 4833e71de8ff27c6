// The names of students, and finding them: GET …/students.

import { get, pathOf } from "../../api.js";
import { useEffect, useState } from "../../html.js";
import { schoolYear } from "../../runs.js";

const PAUSE_MS = 200;

// {id: {name, school_year}} of these students, null for one who was not synced; one that is not
// known yet is missing.
export function useNames(c, ids) {
  const [known, learn] = useState({});
  const missing = ids.filter((id) => !(id in known)).join();
  useEffect(() => {
    if (!missing) return undefined;
    const control = new AbortController();
    const ask = async () => {
      const { items } = await get(pathOf(c, "students"), { query: { ids: missing }, signal: control.signal });
      const found = missing.split(",").map((id) => [id, items.find((one) => one.student_id === id) ?? null]);
      learn((before) => ({ ...before, ...Object.fromEntries(found) }));
    };
    ask().catch(() => {}); // the ids are there without their names
    return () => control.abort();
  }, [c, missing]);
  return known;
}

// Students whose id or name has the words, a moment after the last key: {items, complete, busy}.
export function useSearch(c, words) {
  const [shown, show] = useState({ items: [], complete: true, busy: true });
  useEffect(() => {
    const control = new AbortController();
    const ask = async () => {
      show((before) => ({ ...before, busy: true }));
      try {
        const options = { query: { search: words.trim() }, signal: control.signal };
        show({ ...(await get(pathOf(c, "students"), options)), busy: false });
      } catch (error) {
        if (error.name !== "AbortError") show({ items: [], complete: true, busy: false, error });
      }
    };
    const timer = setTimeout(ask, words ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [c, words]);
  return shown;
}

export const nameOf = (student) => [student.student_id, student.name].filter(Boolean).join(" · ");

export const yearOf = (student) => schoolYear(student.school_year);
