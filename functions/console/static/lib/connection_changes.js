// Changes a connection on top of its stored state, so that nobody's other change is undone.

import { get, pathOf, put } from "./api.js";

// `changes` is an object of fields, or a function from the stored connection to one; it may contain
// secrets. Returns the changed connection, as it is read.
export async function changeConnection(connection_id, changes, options) {
  const stored = await get(pathOf(connection_id), options);
  const changed = typeof changes === "function" ? changes(stored) : changes;
  const answer = await put(pathOf(connection_id), { ...stored, ...changed }, options);
  return get(pathOf(connection_id), options).catch(() => ({ ...stored, ...answer })); // it is saved in any case
}

// `secrets` are those to send with the key; a further key needs the password again.
export function pinHostKey(connection_id, line, secrets = {}) {
  return changeConnection(connection_id, ({ host_keys }) => ({
    ...secrets,
    host_keys: [...host_keys.filter((key) => key !== line), line],
  }));
}
