// The run whose files a connection offers for download.

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
