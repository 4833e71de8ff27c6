// Compares the students that were sent with the SIS's list. Without the page, and without the API.

const MIN_ID_SHARE = 0.2; // of the rows or the ids, for a column whose values look like our ids

export const KINDS = /** @type {const} */ (["onlyHere", "onlyThere", "different", "both"]);

// An id without leading zeros; 000 is 0.
export const withoutZeros = (id) => id.replace(/^0+(?=.)/, "");

/**
 * Students are those of the API's list; `keyOf(student)` is the id that the SIS knows, blank for none.
 * Rows are those of the SIS's file, `idColumn` an index in them. pairs: [{column: at, values: (student) =>
 * [value of each row of the student], label}]. Returns a list of {student, row, differences} for each of
 * KINDS; without a `row` or `student` where there is none. `zeroMatches` counts the students who match only
 * without leading zeros, which counts as a match only with `ignoreZeros`; `repeated` and `blank` the rows
 * whose id is in an earlier row, and those without an id.
 */
export function compare(students, rows, { idColumn, keyOf, pairs = [], ignoreZeros = false }) {
  const theirs = rowsById(rows, idColumn);
  const [matches, zeros] = matched(students, keyOf, theirs);
  if (ignoreZeros) for (const [student, id] of zeros) matches.set(student, id);
  const studentOf = new Map([...matches].map(([student, id]) => [id, student]));
  /** @type {Record<typeof KINDS[number], any[]>} */
  const result = { onlyHere: [], onlyThere: [], different: [], both: [] };
  for (const student of students.filter(wasSent)) {
    const row = theirs.first.get(matches.get(student));
    // A later sync is not sent yet, so its values cannot be there.
    const differences = row && student.status === "exported" ? differencesOf(student, row, pairs) : [];
    const kind = !row ? "onlyHere" : differences.length > 0 ? "different" : "both";
    result[kind].push({ student, row, differences });
  }
  for (const [id, row] of theirs.first) {
    const student = studentOf.get(id);
    if (!student || !wasSent(student)) result.onlyThere.push({ student, row, differences: [] });
  }
  const zeroMatches = [...zeros.keys()].filter(wasSent).length;
  return { ...result, zeroMatches, repeated: theirs.repeated, blank: theirs.blank };
}

// Whether the SIS should have the student: sent, and not removed since.
export function wasSent(student) {
  return Boolean(student.exported) && student.status !== "removed";
}

function rowsById(rows, idColumn) {
  const first = new Map();
  let [repeated, blank] = [0, 0];
  for (const row of rows) {
    const id = row[idColumn] ?? "";
    if (!id) blank += 1;
    else if (first.has(id)) repeated += 1;
    else first.set(id, row);
  }
  return { first, repeated, blank };
}

// Maps of students to ids of the SIS: those with the same id, and those that differ in leading zeros.
function matched(students, keyOf, { first }) {
  const same = new Map();
  const left = new Map();
  for (const student of students) if (first.has(keyOf(student))) same.set(student, keyOf(student));
  const taken = new Set(same.values());
  for (const id of first.keys()) {
    const bare = withoutZeros(id);
    if (!taken.has(id) && !left.has(bare)) left.set(bare, id);
  }
  const zeros = new Map();
  for (const student of students) {
    const bare = withoutZeros(keyOf(student));
    if (same.has(student) || !bare || !left.has(bare)) continue;
    zeros.set(student, left.get(bare));
    left.delete(bare);
  }
  return [same, zeros];
}

function differencesOf(student, row, pairs) {
  const all = pairs.map(({ label, column, values }) => {
    const ours = values(student);
    return { label, ours, theirs: row[column] ?? "" };
  });
  return all.filter(({ ours, theirs }) => !(ours.length > 0 ? ours : [""]).some((one) => one.trim() === theirs));
}

// The ids that both sides have: {place, idColumn}. keys: [{place, ids}], what our id may be, the likeliest first.
// If no column has many of them, the one that is named like an id.
export function guessIds(header, rows, keys) {
  const values = header.map((_, at) => [...new Set(rows.map((row) => row[at] ?? ""))]);
  let best = { place: keys[0].place, idColumn: Math.max(0, header.findIndex(isNamedLikeId)), count: 0 };
  for (const { place, ids } of keys) {
    const exact = new Set(ids.filter(Boolean));
    const bare = new Set([...exact].map(withoutZeros));
    // Different values: a grade may look like an id, but it has few.
    values.forEach((ofColumn, idColumn) => {
      const count = ofColumn.filter((one) => exact.has(one)).length + ofColumn.filter((one) => bare.has(withoutZeros(one))).length;
      const isMany = count >= Math.min(exact.size, rows.length) * MIN_ID_SHARE;
      if (isMany && count > best.count) best = { place, idColumn, count };
    });
  }
  return best;
}

export const isNamedLikeId = (name) => /(^|[^a-z])(id|number|no)$/i.test(name.trim());

// Pairs of columns with the same name: [{place, column}]. columns: [{place, to}]
export function guessPairs(header, columns, idColumn, most) {
  const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const found = [];
  for (const { place, to } of columns) {
    const column = header.findIndex((name) => plain(name) && plain(name) === plain(to));
    const isNew = column >= 0 && column !== idColumn && !found.some((one) => one.column === column);
    if (isNew && found.length < most) found.push({ place, column });
  }
  return found;
}
