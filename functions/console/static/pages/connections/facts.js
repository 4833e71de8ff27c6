// What the facts of a connection mean for its card.

import { get, pathOf } from "../../lib/api.js";

const DELIVERIES = "export,resend";

// The last run that has files to download, or null. While students are held, every run is partial, also
// a run without rows.
export async function lastWithFiles(connection_id, options) {
  const query = { kind: DELIVERIES, status: "succeeded,partial", limit: 20 };
  for (let after = null; ; ) {
    const { items, next } = await get(pathOf(connection_id, "exports"), { ...options, query: { ...query, after } });
    const found = items.find((run) => run.years.some((year) => year.files.length > 0));
    if (found || !next) return found ?? null;
    after = next;
  }
}

// 0 (none) to 3 (worst).
export function problemOf({ last_export: run, held }) {
  if (run?.status === "failed" || run?.status === "awaiting_confirmation") return 3;
  if (held > 0) return 2;
  return run?.status === "partial" ? 1 : 0;
}
