// What a person typed for a new connection, without secrets: it outlives a reload, until the person signs out or
// closes the tab.

const KEPT = "new connection";

export function keepDraft(person, { secrets: _, ...draft }) {
  sessionStorage.setItem(KEPT, JSON.stringify({ by: person.name, draft }));
}

// Null if this person has typed none.
export function keptDraft(person) {
  const { by, draft } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  return by === person.name ? draft : null;
}

export function forgetDraft() {
  sessionStorage.removeItem(KEPT);
}
