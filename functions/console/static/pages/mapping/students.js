// The names of students, and searching them: GET …/students.

import { get, pathOf } from "../../lib/api.js";
import { debounceRequest } from "../../lib/debounced_request.js";
import { useEffect, useRef, useState } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";

const PAUSE_MS = 200;

// {id: {name, school_year}} of these students; null for a student who was not synced, and nothing while
// the name is loading. `learn` adds students that are known from elsewhere.
export function useNames(c, ids) {
  const [known, setKnown] = useState({});
  const asked = useRef(new Set());
  const learn = (students) => setKnown((before) => ({ ...before, ...students }));
  const missing = ids.filter((id) => !(id in known) && !asked.current.has(id));
  useEffect(() => {
    if (missing.length === 0) return;
    missing.forEach((id) => asked.current.add(id));
    get(pathOf(c, "students"), { query: { ids: missing.join() } }).then(
      ({ items }) =>
        learn(Object.fromEntries(missing.map((id) => [id, items.find((one) => one.student_id === id) ?? null]))),
      () => {}, // the ids are shown without names
    );
  }, [c, missing.join()]);
  return /** @type {const} */ ([known, learn]);
}

// The student with exactly this id; undefined if none was synced.
export async function syncedStudent(c, id) {
  const { items } = await get(pathOf(c, "students"), { query: { ids: id } });
  return items.find((one) => one.student_id === id);
}

// Students whose id or name matches, shortly after the last key: {items, complete, busy, error}.
export function useSearch(c, words) {
  const [found, setFound] = useState({ items: [], complete: true, busy: true, error: null });
  const latest = useRef(words);
  const requests = useRef(null);
  latest.current = words;
  useEffect(() => {
    const send = async ({ signal }) => {
      setFound((before) => ({ ...before, busy: true }));
      try {
        const answer = await get(pathOf(c, "students"), { query: { search: latest.current.trim() }, signal });
        if (!signal.aborted) setFound({ ...answer, busy: false, error: null });
      } catch (error) {
        if (!signal.aborted) setFound({ items: [], complete: true, busy: false, error });
      }
    };
    requests.current = debounceRequest(send, PAUSE_MS);
    return () => requests.current.stop();
  }, [c]);
  useEffect(() => requests.current.schedule(words === ""), [c, words]);
  return found;
}

export const nameOf = (student) => [student.student_id, student.name].filter(Boolean).join(" · ");

export const yearOf = (student) => schoolYear(student.school_year);
