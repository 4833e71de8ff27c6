// Calls the API: errors become an ApiError, and reads are retried after a transient error.

import { accessToken } from "./session/sign_in.js";
import { SERVICE } from "./session/words.js";

const BASE = new URL("../../../", import.meta.url); // …/v1/, from …/v1/console/VERSION/lib/
const RETRY_DELAYS_MS = [500, 1500];
const ACCEPT = "application/json; codes=list"; // an object of codes would lose its order here
const TRANSIENT = new Set([429, 502, 503, 504]);

// `problems` are [{path, message}]; `run_id` is the run that caused a 409.
export class ApiError extends Error {
  constructor(status, { code, message, problems = [], run_id = null }) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.problems = problems;
    this.run_id = run_id;
  }

  // The message about one field, or an empty text.
  problemOf(path) {
    return this.problems.find((problem) => problem.path === path)?.message ?? "";
  }
}

export const get = (path, options) => call("GET", path, options);
/**
 * The items of all pages. `onPage` receives how many are read, after each page.
 *
 * @param {string} path
 * @param {{query?: Record<string, any>, signal?: AbortSignal, onPage?: (count: number) => void, after?: string}} options
 */
export async function getAll(path, { query = {}, onPage = (_count) => {}, after = null, ...options } = {}) {
  const all = [];
  for (;;) {
    const { items, next } = await get(path, { ...options, query: { ...query, after } });
    all.push(...items);
    onPage(all.length);
    if (!next) return all;
    after = next;
  }
}

// Null after a 404.
export const getIfThere = (path, options) =>
  get(path, options).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
export const post = (path, body = {}, options) => call("POST", path, { ...options, body });
export const put = (path, body, options) => call("PUT", path, { ...options, body });
export const remove = (path, options) => call("DELETE", path, options);

// The path of a connection and of what is below it, with each part escaped.
export function pathOf(connection_id, ...rest) {
  return ["connections", connection_id, ...rest].map(encodeURIComponent).join("/");
}

/**
 * Sends a request and returns the JSON of the response, or null for an empty response. Empty values
 * of `query` are left out. A body that is a text is sent unchanged and needs a Content-Type in
 * `headers`. `keepalive` lets the request outlive the page. Raises ApiError, or AbortError after `signal`.
 *
 * @param {string} method
 * @param {string} path
 * @param {{query?: Record<string, any>, body?: any, headers?: Record<string, string>, signal?: AbortSignal, keepalive?: boolean}} options
 */
export async function call(method, path, { query = {}, body, headers = {}, signal, keepalive } = {}) {
  const url = new URL(path, BASE);
  // A name that is . or .. makes another path.
  if (url.pathname !== BASE.pathname + path) throw new ApiError(404, { code: "not_found", message: SERVICE.noSuchName });
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  const request = { method, headers: { Accept: ACCEPT, ...headers }, signal, keepalive };
  if (body !== undefined) {
    const isText = typeof body === "string";
    request.body = isText ? body : JSON.stringify(body);
    if (!isText) request.headers["Content-Type"] = "application/json";
  }
  for (const delay of method === "GET" ? [...RETRY_DELAYS_MS, null] : [null]) {
    const answer = await send(url, request).catch((error) => {
      if (error.name === "AbortError") throw error;
      return unreachable();
    });
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    if (!TRANSIENT.has(answer.status) || delay === null) throw await errorOf(answer);
    await wait(delay, signal);
  }
}

async function send(url, request) {
  const token = await accessToken();
  const answer = await fetch(url, authorized(request, token));
  if (answer.status !== 401) return answer;
  return fetch(url, authorized(request, await accessToken({ refused: token })));
}

function authorized(request, token) {
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } };
}

function unreachable() {
  return Response.json({ error: { code: "unreachable", message: SERVICE.unreachable } }, { status: 503 });
}

async function errorOf(answer) {
  const body = await answer.json().catch(() => null);
  const message = answer.status >= 500 ? SERVICE.failed : answer.status === 429 ? SERVICE.busy : SERVICE.refused(answer.status);
  return new ApiError(answer.status, body?.error ?? { code: "unexpected", message });
}

// Resolves after the time; rejects with AbortError after `signal`.
export function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
