// Keeps student ids out of addresses, which browsers store and show: the address of a student has a random
// word, and only this tab knows the student of the word, until it signs out or is closed.

const KEPT = "students";

// The word for a student, always the same in this tab.
export function wordOf(student_id) {
  const kept = read();
  const known = Object.keys(kept).find((word) => kept[word] === student_id);
  if (known) return known;
  const word = crypto.randomUUID().slice(0, 8);
  sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, [word]: student_id }));
  return word;
}

// The student of a word; null in another tab, and after a sign-out.
export function studentOf(word) {
  return read()[word] ?? null;
}

export function forgetStudents() {
  sessionStorage.removeItem(KEPT);
}

function read() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
}
