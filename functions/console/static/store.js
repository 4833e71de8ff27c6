// A value that several components watch, without a library: session, location, messages.

import { useEffect, useState } from "./html.js";

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
  const [value, show] = useState(store.get());
  useEffect(() => {
    const update = () => show(() => store.get());
    update();
    return store.subscribe(update);
  }, [store]);
  return value;
}
