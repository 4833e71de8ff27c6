// Proposes an id from a name: north-high-powerschool for "North High, PowerSchool".

const MAX_LENGTH = 40;

// `taken` are the existing ids.
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
