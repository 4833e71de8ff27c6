// The addresses of the pages, as the part after #. `{c}` is a connection's id, `{run}` a run's.

import { TABS } from "./words.js";

export const PATHS = /** @type {const} */ ([
  "/",
  "/overview",
  "/people",
  "/providers",
  "/new",
  "/connections/{c}/mapping",
  "/connections/{c}/students",
  "/connections/{c}/compare",
  "/connections/{c}/runs",
  "/connections/{c}/runs/{run}",
  "/connections/{c}/schedule",
  "/connections/{c}/notifications",
  "/connections/{c}/check",
  "/connections/{c}/settings",
  "/connections/{c}/activity",
]);

/** @typedef {(typeof PATHS)[number]} Path */

// The tabs of a connection, in order; `configures`: only for people who may configure it.
export const CONNECTION_TABS = /** @type {const} */ ([
  { path: "/connections/{c}/mapping", label: TABS.mapping },
  { path: "/connections/{c}/students", label: TABS.students },
  { path: "/connections/{c}/runs", label: TABS.runs },
  { path: "/connections/{c}/schedule", label: TABS.schedule },
  { path: "/connections/{c}/notifications", label: TABS.notifications },
  { path: "/connections/{c}/check", label: TABS.check },
  { path: "/connections/{c}/settings", label: TABS.settings },
  { path: "/connections/{c}/activity", label: TABS.activity, configures: true },
]);

/**
 * The link to a page.
 *
 * href("/connections/{c}/runs/{run}", {c: "anytown", run: "…"}, {status: "failed"})
 *
 * @param {Path} path
 * @param {Record<string, string>} params
 * @param {Record<string, string>} query
 */
export function href(path, params = {}, query = {}) {
  const address = path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(params[name]));
  const search = new URLSearchParams(query).toString();
  return `#${address}${search && `?${search}`}`;
}

/**
 * The page that an address means: {path: null where there is none, params, query, key: equal for the
 * addresses of one page}.
 *
 * @param {string} hash
 */
export function locate(hash) {
  const [address, query = ""] = (hash.replace(/^#/, "") || "/").split("?");
  const found = { query: new URLSearchParams(query), key: address };
  for (const path of PATHS) {
    const params = match(path, address);
    if (params) return { ...found, path, params };
  }
  return { ...found, path: null, params: {} };
}

function match(path, address) {
  const expected = path.split("/");
  const parts = address.split("/");
  if (expected.length !== parts.length) return null;
  const params = {};
  for (const [index, part] of expected.entries()) {
    const name = part.match(/^{(\w+)}$/)?.[1];
    if (name && parts[index]) params[name] = decode(parts[index]);
    else if (part !== parts[index]) return null;
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
