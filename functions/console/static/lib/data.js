// Loading for components: what is loading, what went wrong, and no answer for a page that is gone.

import { useCallback, useEffect, useRef, useState } from "./html.js";

// `load({signal})` is called at once and when `inputs` change. Answers {data, error, loading,
// reload, keep}: what was there stays while it is loaded again; `keep` takes what became of it, such
// as the answer to a save, in place of loading it.
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

// An action by a button: {run, busy, error, clear}; `run` does nothing while it is busy.
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

// Repeats `act` while the page can be seen and `milliseconds` is a number.
export function useInterval(act, milliseconds) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!milliseconds) return undefined;
    const timer = setInterval(() => document.hidden || latest.current(), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
