// A value that several components watch, without a library: session, location, messages.

import { useEffect, useRef, useState } from "./html.js";

export function createStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

// The store's value; the component is drawn again when it changes.
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    const update = () => setValue(() => store.get());
    update();
    return store.subscribe(update);
  }, [store]);
  return value;
}

// What `select` finds in the store's value; drawn again only when that is another thing.
export function useSelected(store, select) {
  const [, setCount] = useState(0);
  const latest = useRef(null);
  const found = select(store.get());
  latest.current = { select, found };
  useEffect(() => {
    const update = () => {
      const { select: selectNow, found: shown } = latest.current;
      if (selectNow(store.get()) !== shown) setCount((count) => count + 1);
    };
    update();
    return store.subscribe(update);
  }, [store]);
  return found;
}
