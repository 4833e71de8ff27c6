// Changes a connection on top of its stored state, so that nobody's other change is undone.

import { get, pathOf, put } from "./api.js";

// `changes` is an object of fields, or a function from the stored connection to one; it may contain
// secrets. Returns the changed connection.
export async function changeConnection(connection_id, changes, options) {
  const stored = await get(pathOf(connection_id), options);
  const changed = typeof changes === "function" ? changes(stored) : changes;
  return put(pathOf(connection_id), { ...stored, ...changed }, options);
}

export function pinHostKey(connection_id, line, options) {
  return changeConnection(
    connection_id,
    ({ host_keys }) => ({ host_keys: [...host_keys.filter((key) => key !== line), line] }),
    options,
  );
}
