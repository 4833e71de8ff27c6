// The last check of a connection, and a new check, which is followed until it ends.

import { get, getIfThere, pathOf, post } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { useEffect, useRef, useState } from "../../lib/html.js";
import { followRun, isUnderWay } from "../../lib/runs.js";
import { announce } from "../../components/announce.js";
import { PAGE } from "./words.js";

const REQUESTED = { status: "pending", steps: [], years: [], requested_by: PAGE.you };

// {run, outcome: the API's record of the last check, stale, loading, failed, busy, error, start, reload}. `keep`
// receives the connection after each check, which may have changed its `sign_in`.
export function useCheck(connection_id, keep) {
  const [run, setRun] = useState(null);
  const [outcome, setOutcome] = useState(null);
  const control = useRef(new AbortController());
  const { signal } = control.current;
  useEffect(() => () => control.current.abort(), []);

  const follow = async (run_id) => {
    const ended = await followRun(connection_id, run_id, { signal, show: setRun });
    const [now, connection] = await Promise.all([lastOutcome(connection_id, { signal }), get(pathOf(connection_id), { signal })]);
    setOutcome(now);
    keep(connection);
    announce(PAGE.announced(ended.message));
  };
  const ask = async () => {
    setRun(REQUESTED);
    try {
      const { run_id } = await post(pathOf(connection_id, "check"), {}, { signal });
      await follow(run_id);
    } catch (error) {
      setRun(run); // this check cannot be followed, so the earlier result is shown again
      throw error;
    }
  };
  const checking = useAction((run_id) => (run_id ? follow(run_id) : ask()));
  const last = useData(
    async (options) => {
      const query = { kind: "check", limit: 1 };
      const [runs, remembered] = await Promise.all([
        get(pathOf(connection_id, "exports"), { ...options, query }),
        lastOutcome(connection_id, options),
      ]);
      const found = runs.items[0] ?? null;
      setRun(found);
      setOutcome(remembered);
      if (found && isUnderWay(found)) checking.run(found.run_id);
      return { found };
    },
    [connection_id],
  );
  const over = run && !isUnderWay(run) && run.steps.length > 0;
  return {
    run,
    outcome,
    stale: Boolean(over && !checking.busy && outcome?.run_id !== run.run_id),
    loading: !last.data,
    failed: last.error,
    busy: checking.busy,
    error: checking.error,
    start: () => checking.run(),
    reload: last.reload,
  };
}

// Null if the connection was not checked after its last change.
function lastOutcome(connection_id, options) {
  return getIfThere(pathOf(connection_id, "check"), options);
}
