// Hooks for loading data and for actions: progress, errors, and no response for a page that is gone.

import { useCallback, useEffect, useRef, useState } from "./html.js";

// Calls `load({signal})` at once and when `inputs` change. Returns {data, error, loading, reload, keep}:
// reloading keeps the old data until the new data arrives; `keep` replaces the data without loading it,
// for example by the response to a save.
export function useData(load, inputs) {
  const [state, setState] = useState({ data: null, error: null, loading: true });
  const underWay = useRef(null);
  const reload = useCallback(async () => {
    underWay.current?.abort();
    const control = new AbortController();
    underWay.current = control;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await load({ signal: control.signal });
      if (!control.signal.aborted) setState({ data, error: null, loading: false });
    } catch (error) {
      if (!control.signal.aborted) setState((before) => ({ ...before, error, loading: false }));
    }
  }, inputs);
  const keep = (data) => {
    underWay.current?.abort();
    setState({ data, error: null, loading: false });
  };
  useEffect(() => {
    setState({ data: null, error: null, loading: true });
    reload();
    return () => underWay.current?.abort();
  }, [reload]);
  return { ...state, reload, keep };
}

// An action of a button: {run, busy, error, clear}; `run` does nothing while it is busy.
export function useAction(act) {
  const [state, setState] = useState({ busy: false, error: null });
  const busy = useRef(false);
  const run = async (...given) => {
    if (busy.current) return;
    busy.current = true;
    setState({ busy: true, error: null });
    try {
      await act(...given);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: error.name === "AbortError" ? null : error });
    } finally {
      busy.current = false;
    }
  };
  return { ...state, run, clear: () => setState({ busy: false, error: null }) };
}

// Repeats `act` while the page is visible and `milliseconds` is a number: each time so long after the one before has
// ended, and at once when a page is shown again after a time was missed.
export function useInterval(act, milliseconds) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!milliseconds) return undefined;
    let timer = 0;
    let isMissed = false;
    let isOver = false;
    const wait = () => (timer = isOver ? 0 : setTimeout(next, milliseconds));
    const next = async () => {
      isMissed = document.hidden;
      if (isMissed) return;
      try {
        await latest.current();
      } finally {
        wait();
      }
    };
    const onVisible = () => isMissed && next();
    wait();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [milliseconds]);
}
