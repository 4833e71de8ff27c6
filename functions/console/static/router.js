// Where we are: the part of the address after #. Pages are rows of routes.js.

import { useEffect } from "./html.js";
import { createStore, useStore } from "./store.js";
import { ROUTES } from "./routes.js";

const here = createStore(location.hash);
const guard = createStore(null); // {message, to: where somebody wants to go | null}

// The route of the address, `{route, params, query, key}`; `route` is null where there is none.
export function useLocation() {
  return locate(useStore(here));
}

export function locate(hash) {
  const [path, query = ""] = (hash.replace(/^#/, "") || "/").split("?");
  for (const route of ROUTES) {
    const params = match(route.path, path);
    if (params) return { route, params, query: new URLSearchParams(query), key: path };
  }
  return { route: null, params: {}, query: new URLSearchParams(query), key: path };
}

function match(pattern, path) {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  if (wanted.length !== parts.length) return null;
  const params = {};
  for (const [place, part] of wanted.entries()) {
    const name = part.match(/^{(\w+)}$/)?.[1];
    if (name && parts[place]) params[name] = decode(parts[place]);
    else if (part !== parts[place]) return null;
  }
  return params;
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// The link to a page, or null where no such page is built: then nothing is to link to it.
// href("/connections/{c}/runs/{run}", {c: "anytown", run: "…"}, {status: "failed"})
export function href(pattern, params = {}, query = {}) {
  if (!ROUTES.some((route) => route.path === pattern)) return null;
  const path = pattern.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(params[name]));
  const search = new URLSearchParams(query).toString();
  return `#${path}${search && `?${search}`}`;
}

export function navigate(to) {
  location.hash = to;
}

// Writes what a page shows (its tab, its filter) into the address, without a new page.
export function replaceAddress(to) {
  history.replaceState(null, "", to);
  here.set(to);
}

// While `message` is a text, leaving the page asks first: there is something unsaved.
export function useUnsaved(message) {
  useEffect(() => {
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
  const waiting = useStore(guard);
  return {
    leaving: waiting?.to ? waiting : null,
    stay: () => guard.set({ ...waiting, to: null }),
    leave() {
      guard.set(null);
      navigate(waiting.to);
    },
  };
}

addEventListener("hashchange", () => {
  const waiting = guard.get();
  if (location.hash === here.get()) return;
  if (waiting && locate(location.hash).key !== locate(here.get()).key) {
    guard.set({ ...waiting, to: location.hash });
    history.replaceState(null, "", here.get() || "#/");
  } else {
    here.set(location.hash);
  }
});
