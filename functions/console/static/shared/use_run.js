// Hooks for runs: reading one until it is over, and requesting one.

import { get, pathOf, post } from "../lib/api.js";
import { useAction, useData, useInterval } from "../lib/data.js";
import { useEffect, useRef, useState } from "../lib/html.js";
import { followRun, isUnderWay } from "../lib/runs.js";
import { announce } from "../components/announce.js";
import { sentenceOf } from "./run_sentence.js";

export const REQUESTED = { status: "pending", years: [] }; // before the first reading
const UNDER_WAY_MS = 1000;
const WAITING_MS = 15_000; // another person may decide meanwhile

// {run, error, reload}: the latest state of the run; announces its end.
export function useRun(c, run_id) {
  const { data: run, error, loading, reload } = useData(
    (options) => get(pathOf(c, "exports", run_id), options),
    [c, run_id],
  );
  const wasUnderWay = useRef(false);
  useEffect(() => {
    if (!run) return;
    if (wasUnderWay.current && !isUnderWay(run)) announce(sentenceOf(run));
    wasUnderWay.current = isUnderWay(run);
  }, [run]);
  // Not while a reading is on its way: it would be aborted again and again on a slow connection.
  useInterval(() => loading || reload(), run && pauseOf(run));
  return { run, error, reload };
}

function pauseOf(run) {
  if (isUnderWay(run)) return UNDER_WAY_MS;
  return run.status === "awaiting_confirmation" ? WAITING_MS : null;
}

// Requests a run and follows it: {start(path, body), run: null before, busy until it ends, error}. The run
// continues without the component. `onRequested` is called once the run exists.
export function useRequestedRun(c, onRequested = () => {}) {
  const [run, setRun] = useState(null);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const requesting = useAction(async (path, body) => {
    const { signal } = control.current;
    const { run_id } = await post(path, body); // from here on the run continues by itself
    setRun({ ...REQUESTED, run_id });
    onRequested();
    const ended = await followRun(c, run_id, { signal, show: setRun });
    announce(sentenceOf(ended));
  });
  return { start: requesting.run, run, busy: requesting.busy, error: requesting.error };
}
