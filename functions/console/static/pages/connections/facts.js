// The facts on a card, loaded together for each connection.

import { get, getIfThere, pathOf } from "../../lib/api.js";
import { heldOf, isUnderWay } from "../../lib/runs.js";

const DELIVERIES = "export,resend";

// {run: the last delivery | null, schedule, status | null, problem: 0 (none) to 3 (worst)}
export async function factsOf(connection, options) {
  const c = connection.connection_id;
  const [runs, schedule, status] = await Promise.all([
    get(pathOf(c, "exports"), { ...options, query: { kind: DELIVERIES, limit: 1 } }),
    get(pathOf(c, "schedule"), options),
    getIfThere(pathOf(c, "status"), options),
  ]);
  const run = runs.items[0] ?? null;
  return { run, schedule, status, problem: problemOf(run, status) };
}

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

export function totalsOf(status) {
  const total = (name) => status.years.reduce((sum, year) => sum + year[name], 0);
  return { due: total("due"), held: total("held") };
}

export function isUnsettled(facts) {
  return Boolean(facts?.run && isUnderWay(facts.run));
}

function problemOf(run, status) {
  if (run?.status === "failed" || run?.status === "awaiting_confirmation") return 3;
  if (status ? totalsOf(status).held > 0 : run && heldOf(run) > 0) return 2;
  return run?.status === "partial" ? 1 : 0;
}
