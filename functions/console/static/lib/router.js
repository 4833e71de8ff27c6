// The current address, and navigation to another one.

import { useLayoutEffect } from "./html.js";
import { locate } from "./paths.js";
import { createStore, useStore } from "./store.js";

const current = createStore(location.hash);
const guard = createStore(null); // {message, to: the address that the person asked for | null}

// The result of `locate` for the current address.
export function useLocation() {
  return locate(useStore(current));
}

export function navigate(to) {
  location.hash = to;
}

// Writes the state of a page (its tab, its filter) into the address, without navigating.
export function replaceAddress(to) {
  history.replaceState(null, "", to);
  current.set(to);
}

// While `message` is a text, leaving the page asks first, because something is unsaved. In step with what
// the page shows: a person may leave as soon as they see that it is saved.
export function useUnsaved(message) {
  useLayoutEffect(() => {
    guard.set(message ? { message, to: null } : null);
    const ask = (event) => event.preventDefault();
    if (message) addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      guard.set(null);
    };
  }, [message]);
}

// For the dialog that asks: {leaving: {message, to} | null, stay, leave}.
export function useLeaving() {
  const pending = useStore(guard);
  return {
    leaving: pending?.to ? pending : null,
    stay: () => guard.set({ ...pending, to: null }),
    leave() {
      guard.set(null);
      navigate(pending.to);
    },
  };
}

addEventListener("hashchange", () => {
  const pending = guard.get();
  if (location.hash === current.get()) return;
  if (pending && locate(location.hash).key !== locate(current.get()).key) {
    guard.set({ ...pending, to: location.hash });
    history.replaceState(null, "", current.get() || "#/");
  } else {
    current.set(location.hash);
  }
});
