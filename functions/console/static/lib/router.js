// The current address, and navigation to another one.

import { useLayoutEffect } from "./html.js";
import { locate } from "./paths.js";
import { createStore, useStore } from "./store.js";

const current = createStore(location.hash);
const guard = createStore(null); // {message, to: the address that the person asked for | null, entry}

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
    guard.set(message ? { message, to: null, entry: null } : null);
    const ask = (event) => guard.get() && event.preventDefault();
    if (message) addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      guard.set(null);
    };
  }, [message]);
}

// From now on the page may be left without a question. Returns whether something is unsaved.
export function discardUnsaved() {
  const isUnsaved = guard.get() !== null;
  guard.set(null);
  return isUnsaved;
}

export function useIsUnsaved() {
  return useStore(guard) !== null;
}

// For the dialog that asks: {leaving: {message, to} | null, stay, leave}.
export function useLeaving() {
  const pending = useStore(guard);
  return {
    leaving: pending?.to ? pending : null,
    stay: () => guard.set({ ...pending, to: null, entry: null }),
    leave() {
      guard.set(null);
      if (pending.entry) globalThis.navigation.traverseTo(pending.entry);
      else navigate(pending.to);
    },
  };
}

const leaves = (to) => guard.get() && locate(to).key !== locate(current.get()).key;

// Asks before the address changes, so that the history stays as it is. `entry` is the entry of the history that
// the person goes back or forward to. Browsers let a page refuse that only after an input of the person.
globalThis.navigation?.addEventListener("navigate", (event) => {
  const { hash } = new URL(event.destination.url);
  if (!event.hashChange || !event.cancelable || !leaves(hash)) return;
  event.preventDefault();
  guard.set({ ...guard.get(), to: hash || "#/", entry: event.navigationType === "traverse" ? event.destination.key : null });
});

addEventListener("hashchange", () => {
  if (location.hash === current.get()) return;
  if (leaves(location.hash)) {
    guard.set({ ...guard.get(), to: location.hash, entry: null });
    history.replaceState(null, "", current.get() || "#/");
  } else {
    current.set(location.hash);
  }
});
