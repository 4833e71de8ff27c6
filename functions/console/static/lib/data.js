// Loading for components: what is loading, what went wrong, and no answer for a page that is gone.

import { useCallback, useEffect, useRef, useState } from "./html.js";

// `load({signal})` is called at once and when `inputs` change. Answers {data, error, loading,
// reload, keep}: what was there stays while it is loaded again; `keep` takes what became of it, such
// as the answer to a save, in place of loading it.
export function useData(load, inputs) {
  const [shown, show] = useState({ data: null, error: null, loading: true });
  const under_way = useRef(null);
  const reload = useCallback(async () => {
    under_way.current?.abort();
    const control = new AbortController();
    under_way.current = control;
    show((before) => ({ ...before, loading: true }));
    try {
      const data = await load({ signal: control.signal });
      if (!control.signal.aborted) show({ data, error: null, loading: false });
    } catch (error) {
      if (!control.signal.aborted) show((before) => ({ ...before, error, loading: false }));
    }
  }, inputs);
  const keep = (data) => {
    under_way.current?.abort();
    show({ data, error: null, loading: false });
  };
  useEffect(() => {
    show({ data: null, error: null, loading: true });
    reload();
    return () => under_way.current?.abort();
  }, [reload]);
  return { ...shown, reload, keep };
}

// An action by a button: {run, busy, error, clear}; `run` does nothing while it is busy.
export function useAction(act) {
  const [state, show] = useState({ busy: false, error: null });
  const busy = useRef(false);
  const run = async (...given) => {
    if (busy.current) return;
    busy.current = true;
    show({ busy: true, error: null });
    try {
      await act(...given);
      show({ busy: false, error: null });
    } catch (error) {
      show({ busy: false, error: error.name === "AbortError" ? null : error });
    } finally {
      busy.current = false;
    }
  };
  return { ...state, run, clear: () => show({ busy: false, error: null }) };
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
