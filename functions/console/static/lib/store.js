// A value that several components observe, such as the session or the address.

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

// The store's value; the component renders again when it changes.
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    const update = () => setValue(() => store.get());
    update();
    return store.subscribe(update);
  }, [store]);
  return value;
}

// What `select` returns for the store's value; the component renders again only when that changes.
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
