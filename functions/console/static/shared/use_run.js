// Runs for components: one that is there, read as long as it goes on; one that is asked for.

import { get, pathOf, post } from "../lib/api.js";
import { useAction, useData, useInterval } from "../lib/data.js";
import { useEffect, useRef, useState } from "../lib/html.js";
import { followRun, isUnderWay } from "../lib/runs.js";
import { announce } from "../components/announce.js";

export const REQUESTED = { status: "pending", years: [] }; // as it is shown before it is read
const UNDER_WAY_MS = 1000;
const WAITING_MS = 15_000; // for a person, who may sit somewhere else

// {run, error, reload}: the run as it was read last; its end is said.
export function useRun(c, run_id) {
  const { data: run, error, loading, reload } = useData(
    (options) => get(pathOf(c, "exports", run_id), options),
    [c, run_id],
  );
  const wasUnderWay = useRef(false);
  useEffect(() => {
    if (!run) return;
    if (wasUnderWay.current && !isUnderWay(run)) announce(run.message);
    wasUnderWay.current = isUnderWay(run);
  }, [run]);
  // Not while it is being read: a slow answer would be given up for the next one, for ever.
  useInterval(() => loading || reload(), run && pauseOf(run));
  return { run, error, reload };
}

function pauseOf(run) {
  if (isUnderWay(run)) return UNDER_WAY_MS;
  return run.status === "awaiting_confirmation" ? WAITING_MS : null;
}

// Asks for a run and follows it: {start(path, wish), run: null before, busy: while it goes on,
// error}. The run goes on when the component is gone; `onAsked` is called when it is asked for.
export function useRequestedRun(c, onRequested = () => {}) {
  const [run, setRun] = useState(null);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const requesting = useAction(async (path, body) => {
    const { signal } = control.current;
    const { run_id } = await post(path, body); // once it is asked for it goes on
    setRun({ ...REQUESTED, run_id });
    onRequested();
    const ended = await followRun(c, run_id, { signal, show: setRun });
    announce(ended.message);
  });
  return { start: requesting.run, run, busy: requesting.busy, error: requesting.error };
}
