// The facts of all connections that the person may see: [{connection_id, last_export, due, held,
// at_least, overdue, next_export, …}].

import { get } from "./api.js";

export async function readOverview(options) {
  const all = [];
  for (let after = null; ; ) {
    const { items, next } = await get("overview", { ...options, query: { after } });
    all.push(...items);
    if (!next) return all;
    after = next;
  }
}
