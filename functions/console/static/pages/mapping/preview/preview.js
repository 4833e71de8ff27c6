// The preview of the draft: values and problems by the ids of files and fields. The API answers with
// indexes, so the ids are those of the draft that was sent.

import { pathOf, post } from "../../../lib/api.js";
import { debounceRequest } from "../../../lib/debounced_request.js";
import { useEffect, useState } from "../../../lib/html.js";
import { canonical, definitionOf, idsByIndex } from "../draft.js";
import { clientProblems } from "./client_checks.js";
import { messageInWords } from "./problem_text.js";

const PAUSE_MS = 80; // between the last key and the request
const SLOW_MS = 250; // an answer before that changes nothing but the values

// Requests a preview whenever the draft or the students change. Returns {busy, error}.
export function usePreview(c, editor, students) {
  const [state, setState] = useState({ busy: false, error: null });
  useEffect(() => {
    const send = async ({ signal }) => {
      const draft = editor.draft.get();
      const body = { mapping: definitionOf(draft), student_ids: students, unfinished: true };
      const slow = setTimeout(() => setState((before) => ({ ...before, busy: true })), SLOW_MS);
      try {
        const answer = draft.order.length ? await post(pathOf(c, "mapping", "preview"), body, { signal }) : EMPTY;
        if (signal.aborted) return;
        editor.preview.set(withSame(editor.preview.get(), previewOf(answer, draft)));
        setState((before) => (before.busy || before.error ? { busy: false, error: null } : before));
      } catch (error) {
        if (!signal.aborted) setState({ busy: false, error });
      } finally {
        clearTimeout(slow);
      }
    };
    const requests = debounceRequest(send, PAUSE_MS);
    requests.schedule(true);
    const leave = editor.draft.subscribe(() => requests.schedule());
    return () => {
      leave();
      requests.stop();
    };
  }, [c, editor, students.join()]);
  return state;
}

const EMPTY = { students: [], problems: [], warnings: [], unmatched: [] };

// {fields: {id: [{value, source, problem?} by row]}, files: {id: [{row, header, line, problem?}]}, both of the first
//  student; others: {id: [as in fields, by further student]}, students,
//  problems: {fields: {id: [{at, message, row?}]}, files: {…}, others: […]}, warnings: the same}
export function previewOf(answer, draft) {
  const ids = idsByIndex(draft);
  const preview = {
    fields: {},
    files: {},
    others: {},
    students: answer.students.map(({ student_id, message }) => ({ student_id, message })),
    problems: problemsById([...answer.problems, ...clientProblems(draft)], ids),
    warnings: problemsById(answer.warnings, ids),
  };
  const [student] = answer.students;
  const headers = new Map(student?.test_files?.map(({ name, header }) => [name, header]));
  for (const row of student?.files ?? []) {
    const file = ids[row.place];
    const { line, problem } = row;
    (preview.files[file.id] ??= []).push({ row: row.row, header: headers.get(row.name), line, problem });
    addValues(preview.fields, file, row);
  }
  answer.students.slice(1).forEach(({ files }, number) => {
    const values = {};
    for (const row of files) addValues(values, ids[row.place], row);
    for (const [id, rows] of Object.entries(values)) (preview.others[id] ??= [])[number] = rows;
  });
  return preview;
}

function addValues(found, file, row) {
  for (const { place: index, value, source, problem } of row.fields) {
    const shown = problem && { ...problem, message: messageInWords(problem.message, "", true) };
    (found[file.fields[index]] ??= []).push({ value, source, problem: shown });
  }
}

export function problemsById(problems, ids) {
  const found = { fields: {}, files: {}, others: [] };
  for (const { path, message, row } of problems) {
    const match = path.match(/^files\[(\d+)\](?:\.fields\[(\d+)\])?\.?(.*)$/s);
    const file = match && ids[match[1]];
    const field = file && match[2] !== undefined ? file.fields[match[2]] : null;
    const at = file ? match[3] : path;
    const one = { at, message: messageInWords(message, at, Boolean(field)), ...(row !== undefined && { row }) };
    if (!file) found.others.push(one);
    else (field ? (found.fields[field] ??= []) : (found.files[file.id] ??= [])).push(one);
  }
  return found;
}

// The new preview, with the objects of the old one where both are equal, so that only changed rows render.
function withSame(before, now) {
  const same = (old, fresh) =>
    Object.fromEntries(
      Object.entries(fresh).map(([id, one]) => [id, canonical(old[id]) === canonical(one) ? old[id] : one]),
    );
  const ofAll = (old, fresh) => ({ ...fresh, fields: same(old.fields, fresh.fields), files: same(old.files, fresh.files) });
  return {
    ...now,
    students: canonical(before.students) === canonical(now.students) ? before.students : now.students,
    fields: same(before.fields, now.fields),
    files: same(before.files, now.files),
    others: same(before.others, now.others),
    problems: ofAll(before.problems, now.problems),
    warnings: ofAll(before.warnings, now.warnings),
  };
}
