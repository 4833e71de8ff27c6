// The runs in the list: the newest page, which is polled, and older pages on request.

import { get, pathOf } from "../../lib/api.js";
import { useAction, useData, useInterval } from "../../lib/data.js";
import { useEffect, useState } from "../../lib/html.js";
import { isUnderWay } from "../../lib/runs.js";
import { useStore } from "../../lib/store.js";
import { exportsRequested } from "../../shared/export/requested.js";
import { asked } from "./filters.js";

const UNDER_WAY_MS = 1500;
const AT_REST_MS = 30_000;
const MAX_READS = 5; // empty pages in a row, because of a filter, before the person decides to go on

// {items: null | [run], next, error, reload, more: a useAction}
export function useRuns(c, filters) {
  const key = JSON.stringify([c, filters]);
  const requested = useStore(exportsRequested);
  const [before] = useState(requested);
  const [known, setKnown] = useState({ key, items: null, next: null });
  const newest = useData(
    async (options) => {
      const page = await pageOf(c, filters, null, options);
      setKnown((before) => ({ key, ...withNewest(before.key === key ? before : { items: null, next: null }, page) }));
    },
    [key],
  );
  const more = useAction(async () => {
    const page = await pageOf(c, filters, known.next);
    setKnown((before) =>
      before.key === key ? { key, items: [...before.items, ...page.items], next: page.next } : before,
    );
  });
  useEffect(() => more.clear(), [key]);
  useEffect(() => {
    if (requested > before) newest.reload();
  }, [requested]);
  const { items, next } = known.key === key ? known : { items: null, next: null };
  useInterval(() => newest.loading || newest.reload(), items?.some(isUnderWay) ? UNDER_WAY_MS : AT_REST_MS);
  return { items, next, error: newest.error, reload: newest.reload, more };
}

async function pageOf(c, filters, after, options) {
  let page = { items: [], next: after };
  for (let reading = 0; reading < MAX_READS && page.items.length === 0; reading += 1) {
    if (reading > 0 && page.next === null) break;
    page = await get(pathOf(c, "exports"), { ...options, query: { ...asked(filters), after: page.next } });
  }
  return page;
}

// Run ids begin with the time, so the newest page replaces everything down to its `next`.
function withNewest({ items, next }, page) {
  if (items === null || page.next === null) return page;
  const older = items.filter((run) => run.run_id < page.next);
  const reachesFurther = next === null || next < page.next;
  return { items: [...page.items, ...older], next: reachesFurther ? next : page.next };
}
