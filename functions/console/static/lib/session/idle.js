// Ends the session after a time without activity in any tab. The tabs share the time of the last activity in
// localStorage, so that a tab that slept knows what happened in the others.

import { createStore } from "../store.js";

const ACTIVE_AT = "active at";
const ENDED_AT = "ended at"; // ends the tabs that slept then, whoever is active after
const ACTIVITY = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const NOTED_EVERY_MS = 1000;
const WARNED_BEFORE_MS = 60_000;

// Whether the session ends within a minute.
export const endsSoon = createStore(false);

// Calls `end` once, after so many minutes without activity. Returns a function that stops watching.
export function watchActivity(minutes, end) {
  const began = Date.now();
  const limit = minutes * 60_000;
  const warned = limit - Math.min(WARNED_BEFORE_MS, limit / 2);
  const stopped = new AbortController();
  let noted = 0;
  const note = () => {
    if (Date.now() - noted < NOTED_EVERY_MS || idleFor() >= limit) return; // an ended session stays ended
    noted = Date.now();
    localStorage.setItem(ACTIVE_AT, String(noted));
    check();
  };
  const check = () => {
    if (stopped.signal.aborted) return;
    const idle = idleFor();
    if (idle >= limit || stored(ENDED_AT) > began) {
      stop();
      if (idle >= limit) localStorage.setItem(ENDED_AT, String(Date.now()));
      end();
    } else if (endsSoon.get() !== idle >= warned) endsSoon.set(idle >= warned);
  };
  const stop = () => {
    stopped.abort();
    clearInterval(timer);
    endsSoon.set(false);
  };
  localStorage.setItem(ACTIVE_AT, String(began));
  const timer = setInterval(check, NOTED_EVERY_MS);
  for (const name of ACTIVITY) addEventListener(name, note, { capture: true, passive: true, signal: stopped.signal });
  addEventListener("visibilitychange", check, { signal: stopped.signal }); // timers of hidden tabs may stand still
  return stop;
}

function idleFor() {
  return Date.now() - stored(ACTIVE_AT);
}

function stored(name) {
  return Number(localStorage.getItem(name) ?? 0);
}
