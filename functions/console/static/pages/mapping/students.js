// The names of students, and finding them: GET …/students.

import { get, pathOf } from "../../lib/api.js";
import { oneAtATime } from "../../lib/debounced_request.js";
import { useEffect, useRef, useState } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";

const PAUSE_MS = 200;

// {id: {name, school_year}} of these students, null for one who was not synced; one that is not
// known yet is missing. And `learn`, for those that are known from elsewhere.
export function useNames(c, ids) {
  const [known, show] = useState({});
  const asked = useRef(new Set());
  const learn = (students) => show((before) => ({ ...before, ...students }));
  const missing = ids.filter((id) => !(id in known) && !asked.current.has(id));
  useEffect(() => {
    if (missing.length === 0) return;
    missing.forEach((id) => asked.current.add(id));
    get(pathOf(c, "students"), { query: { ids: missing.join() } }).then(
      ({ items }) =>
        learn(Object.fromEntries(missing.map((id) => [id, items.find((one) => one.student_id === id) ?? null]))),
      () => {}, // the ids are there without their names
    );
  }, [c, missing.join()]);
  return [known, learn];
}

// Students whose id or name has the words, a moment after the last key: {items, complete, busy}.
export function useSearch(c, words) {
  const [shown, show] = useState({ items: [], complete: true, busy: true });
  const latest = useRef(words);
  const asking = useRef(null);
  latest.current = words;
  useEffect(() => {
    const ask = async ({ signal }) => {
      show((before) => ({ ...before, busy: true }));
      try {
        const found = await get(pathOf(c, "students"), { query: { search: latest.current.trim() }, signal });
        if (!signal.aborted) show({ ...found, busy: false });
      } catch (error) {
        if (!signal.aborted) show({ items: [], complete: true, busy: false, error });
      }
    };
    asking.current = oneAtATime(ask, PAUSE_MS);
    return () => asking.current.stop();
  }, [c]);
  useEffect(() => asking.current.want(words === ""), [c, words]);
  return shown;
}

export const nameOf = (student) => [student.student_id, student.name].filter(Boolean).join(" · ");

export const yearOf = (student) => schoolYear(student.school_year);
