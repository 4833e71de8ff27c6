// Signs people in through the hosted pages: authorization code with PKCE (RFC 7636).
// Tokens are in memory only. A reload visits the hosted pages again, which usually remember the person
// and redirect at once. An ended session is renewed in a second window, so that unsaved input stays.

import { forgetDraft } from "./draft_of_tab.js";
import { watchActivity } from "./idle.js";
import { discardUnsaved } from "../router.js";
import { createStore } from "../store.js";
import { forgetStudents } from "../students_of_tab.js";
import { SIGN_IN } from "./words.js";

const ATTEMPT = "sign-in attempt";
const SIGNED_OUT = "signed out";
const OTHER_WINDOW = "window.";
const RENEW_BEFORE_MS = 60_000;

// Why a tab was signed out, and what the person reads then.
const ENDED_TEXT = { idle: SIGN_IN.idle, "idle, unsaved": SIGN_IN.idleUnsaved };

// {state: "starting" | "signed_in" | "signed_out" | "failed" | "ended", message?}
export const session = createStore({ state: "starting" });

// Also before the page is left.
export const isSignedOut = () => session.get().state === "signed_out";

let config = null;
let provider = null; // ?provider=NAME in the address: whose accounts sign in, without a question
let tokens = null;
let renewal = null;
let resolveSignIn = (_value) => {};
let stopWatching = () => {};

// The browser may restore an old page from its cache: after signing out nobody may see it.
addEventListener("pageshow", ({ persisted }) => persisted && !tokens && location.reload());

// Starts or completes a sign-in, or shows that the person signed out. It may be called again after a
// failure.
export async function start() {
  try {
    config = await loadConfig();
    const query = new URLSearchParams(location.search);
    provider = query.get("provider");
    if (query.has("code") || query.has("error")) await handleRedirect(query);
    else await signInUnless(takeStored(SIGNED_OUT));
  } catch (error) {
    session.set({ state: "failed", message: error.message });
  }
}

// `ended` is why this tab was signed out, null if it was not.
function signInUnless(ended) {
  if (!ended) return signIn();
  session.set({ state: "signed_out", message: ENDED_TEXT[ended]?.(config.idle_minutes) });
}

// Leaves for the hosted pages; the person returns to the page that is open now.
async function signIn() {
  const attempt = { ...(await newAttempt()), returnTo: location.hash, provider };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  location.assign(await authorizeUrl(attempt));
}

export function signOut() {
  // Forgets the tokens only when the page is really left: it may ask about unsaved input, and the person
  // may stay. In that case a later `pagehide` must not sign out.
  const leaving = new AbortController();
  const { signal } = leaving;
  addEventListener("beforeunload", () => addEventListener("beforeunload", () => leaving.abort(), { signal }), { signal, once: true });
  addEventListener("pagehide", () => forget("by the person"), { signal });
  leave();
}

// Nobody is there: the page is emptied at once, and asks nothing. The hosted pages must forget the person,
// too; they do that only for a page that visits them, so unsaved input cannot stay.
function signOutIdle() {
  const ended = discardUnsaved() ? "idle, unsaved" : "idle";
  forget(ended);
  session.set({ state: "signed_out", message: ENDED_TEXT[ended](config.idle_minutes) });
  leave();
}

function leave() {
  const query = new URLSearchParams({ client_id: config.client_id, logout_uri: consoleUrl() });
  location.assign(`${config.sign_in_url}/logout?${query}`);
}

// Also at Cognito, so that nobody can renew the tokens; an access token stays valid until it ends.
function forget(ended) {
  stopWatching();
  forgetStudents();
  forgetDraft();
  const body = new URLSearchParams({ client_id: config.client_id, token: tokens?.refresh_token ?? "" });
  if (tokens) fetch(`${config.sign_in_url}/oauth2/revoke`, { method: "POST", body, keepalive: true }).catch(() => {});
  tokens = null;
  sessionStorage.setItem(SIGNED_OUT, ended);
}

function signedIn() {
  stopWatching();
  stopWatching = watchActivity(config.idle_minutes, signOutIdle);
  session.set({ state: "signed_in" });
}

// Signs in again in a second window, while this one keeps its page.
export async function signInAgain() {
  const opened = window.open("", "_blank", "popup,width=480,height=680");
  if (!opened) return signIn(); // the browser blocks a second window
  const attempt = await newAttempt(OTHER_WINDOW);
  const channel = new BroadcastChannel(ATTEMPT);
  channel.addEventListener("message", async ({ data }) => {
    if (data.state !== attempt.state) return;
    channel.close();
    try {
      const before = person();
      await redeem(data.code, attempt.verifier);
      if (person() !== before) return startFresh(); // another person: nothing on the page is theirs
      signedIn();
      resolveSignIn(true);
    } catch (error) {
      session.set({ state: "ended", message: error.message });
    }
  });
  opened.location = await authorizeUrl(attempt);
}

function startFresh() {
  tokens = null;
  forgetStudents();
  forgetDraft();
  discardUnsaved();
  location.reload();
}

// A valid access token; waits until the person has signed in again, if necessary.
// `refused`: a token that the API rejected although it seemed valid.
export async function accessToken({ refused = null } = {}) {
  const usable = tokens && Date.now() < tokens.renewAt && tokens.access_token !== refused;
  if (!usable) {
    renewal ??= renew().finally(() => (renewal = null));
    await renewal;
  }
  return tokens.access_token;
}

async function loadConfig() {
  const answer = await fetch(new URL("../../../config.json", import.meta.url)).catch(() => null);
  if (!answer?.ok) throw new Error(SIGN_IN.notStarted);
  return answer.json();
}

async function handleRedirect(query) {
  const state = query.get("state") ?? "";
  if (state.startsWith(OTHER_WINDOW)) {
    const channel = new BroadcastChannel(ATTEMPT);
    channel.postMessage({ state, code: query.get("code") });
    window.close();
    return;
  }
  const attempt = JSON.parse(takeStored(ATTEMPT) ?? "null");
  provider = attempt?.provider ?? null;
  const search = provider ? `?${new URLSearchParams({ provider })}` : "";
  history.replaceState(null, "", location.pathname + search + (attempt?.returnTo ?? ""));
  dispatchEvent(new HashChangeEvent("hashchange")); // replaceState sends no event
  if (attempt?.state !== state) throw new Error(SIGN_IN.otherWindow);
  if (query.has("error")) throw new Error(query.get("error_description") || SIGN_IN.notFinished);
  await redeem(query.get("code"), attempt.verifier);
  signedIn();
}

async function redeem(code, verifier) {
  await requestTokens({
    grant_type: "authorization_code",
    code,
    redirect_uri: consoleUrl(),
    code_verifier: verifier,
  });
}

async function renew() {
  if (isSignedOut()) throw new Error(SIGN_IN.refused); // the page is being left
  try {
    if (tokens) return await requestTokens({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
  } catch (error) {
    if (!error.refused) throw error;
  }
  const signedIn = new Promise((resolve) => (resolveSignIn = resolve));
  session.set({ state: "ended" });
  await signedIn;
}

async function requestTokens(fields) {
  const answer = await fetch(`${config.sign_in_url}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: config.client_id, ...fields }),
  }).catch(() => {
    throw new Error(SIGN_IN.unreachable);
  });
  if (!answer.ok) {
    throw Object.assign(new Error(SIGN_IN.refused), { refused: answer.status < 500 });
  }
  const answered = await answer.json();
  const valid = answered.expires_in * 1000;
  const renewAt = Date.now() + Math.max(valid - RENEW_BEFORE_MS, valid / 2);
  tokens = { refresh_token: tokens?.refresh_token, ...answered, renewAt };
}

async function newAttempt(prefix = "") {
  return { state: prefix + random(), verifier: random() };
}

async function authorizeUrl({ state, verifier }) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: consoleUrl(),
    scope: "openid",
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  if (provider) query.set("identity_provider", provider);
  return `${config.sign_in_url}/oauth2/authorize?${query}`;
}

function consoleUrl() {
  return location.origin + location.pathname;
}

function person() {
  return tokens && JSON.parse(atob(tokens.access_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).username;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function takeStored(name) {
  const value = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return value;
}
