// Keeps student ids and values of students out of addresses, which browsers store and show: the address has a
// random word, and only this tab knows the id or value of the word, until it signs out or is closed.

const KEPT = "students";

// The word for a student or a value, always the same in this tab.
export function wordOf(text) {
  const kept = read();
  const known = Object.keys(kept).find((word) => kept[word] === text);
  if (known) return known;
  const word = crypto.randomUUID().slice(0, 8);
  sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, [word]: text }));
  return word;
}

// The text of a word; null in another tab, and after a sign-out.
export function textOf(word) {
  const kept = read();
  return Object.hasOwn(kept, word) ? kept[word] : null;
}

export function forgetStudents() {
  sessionStorage.removeItem(KEPT);
}

function read() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
}
