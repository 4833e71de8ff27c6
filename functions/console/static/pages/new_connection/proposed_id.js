// An id for a connection, from its name: "North High, PowerSchool" is north-high-powerschool.

const MAX_LENGTH = 40;

// `taken` are ids that are there already.
export function proposedId(name, taken = []) {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const id = trimmed(plain.slice(0, MAX_LENGTH));
  if (!id || !taken.includes(id)) return id;
  for (let number = 2; ; number += 1) {
    const another = `${trimmed(id.slice(0, MAX_LENGTH - 4))}-${number}`;
    if (!taken.includes(another)) return another;
  }
}

function trimmed(id) {
  return id.replace(/^-+|-+$/g, "");
}
