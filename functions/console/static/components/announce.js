// Announcements for screen readers, and short messages that disappear by themselves.

import { html, useEffect, useState } from "../lib/html.js";
import { createStore, useStore } from "../lib/store.js";
import { IconButton } from "./button.js";
import { Icon } from "./icon.js";
import { MESSAGES } from "./words.js";

const TOAST_MS = 6000;
const announcement = createStore("");
const toasts = createStore([]);
let number = 0;

// For screen readers only: what changed on the page without a move of the focus.
export function announce(text) {
  announcement.set("");
  setTimeout(() => announcement.set(text.replaceAll("`", "")), 50); // clearing it first repeats a text that is the same as the last one
}

// For everyone: what was done. Never the only source of information that somebody needs.
// tone: "good", "bad", "calm" where nothing was done
export function toast(text, tone = "good") {
  number += 1;
  toasts.set([...toasts.get(), { id: number, text, tone }].slice(-3));
  announce(text);
}

// Reads announcements aloud. The page and each dialog have their own region, because an open dialog
// silences everything around it. A new region does not repeat earlier announcements.
export function LiveRegion() {
  const [text, setText] = useState("");
  useEffect(() => announcement.subscribe(() => setText(announcement.get())), []);
  return html`<div class="visually-hidden" role="status" aria-live="polite">${text}</div>`;
}

export function Announcements() {
  return html`<${LiveRegion} />
    <section class="toasts" aria-label=${MESSAGES.section}>
      ${useStore(toasts).map((one) => html`<${Toast} key=${one.id} ...${one} />`)}
    </section>`;
}

function Toast({ id, text, tone }) {
  const icon = { good: "check", bad: "failed", calm: "calm" }[tone];
  const close = () => toasts.set(toasts.get().filter((one) => one.id !== id));
  useEffect(() => {
    const timer = setTimeout(close, TOAST_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="toast ${tone}">
    <${Icon} name=${icon} /><span>${text}</span>
    <${IconButton} label=${MESSAGES.dismiss} icon="close" onClick=${close} />
  </div>`;
}
