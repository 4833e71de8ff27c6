// What stands where there is nothing yet, nothing at all, or something went wrong.

import { useAction } from "../lib/data.js";
import { html, useEffect, useState } from "../lib/html.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { Sentence } from "./sentence.js";

const SHOW_AFTER_MS = 200; // a wait shorter than a moment shows nothing

export function Loading({ label = "Loading …" }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<p class="loading" role="status">
    ${shown && html`<span class="spinner" aria-hidden="true"></span> ${label}`}
  </p>`;
}

// tone: "good", "warn", "bad", "calm"
export function Notice({ tone = "calm", title, children }) {
  const icon = { good: "check", warn: "warning", bad: "failed", calm: "calm" }[tone];
  return html`<div class="notice ${tone}">
    <${Icon} name=${icon} />
    <div>${title && html`<strong>${title}</strong>`} ${children}</div>
  </div>`;
}

// An ApiError beside the button that met it, with its problems; nothing without an error. Problems
// whose path is `isShown`, a function, stand at their fields already. `asWritten`: the paths lead
// through a text that somebody wrote; else a problem may say its `place` in words.
export function ErrorNotice({ error, title, isShown = (_path) => false, asWritten }) {
  const problems = error?.problems?.filter((problem) => !isShown(problem.path)) ?? [];
  useEffect(() => {
    // Above the button that was pressed, it pushes this down: perhaps out of sight.
    if (error) document.activeElement.scrollIntoView({ block: "nearest" });
  }, [error]);
  return html`<div role="alert">
    ${error &&
    html`<${Notice} tone="bad" title=${title}>
      <p><${Sentence} text=${error.message} /></p>
      ${problems.length > 0 &&
      html`<ul>
        ${problems.map(
          (problem) => html`<li key=${problem.path}>
            ${asWritten ? html`<code>${problem.path}</code>` : html`<strong>${problem.label ?? inWords(problem.path)}</strong>`}${" "}
            <${Sentence} text=${problem.message} />
          </li>`,
        )}
      </ul>`}
    <//>`}
  </div>`;
}

// "school_years[0]" as "School years, 1".
function inWords(path) {
  const parts = path.split(/[.[\]]+/).filter(Boolean);
  const text = parts.map((part) => (/^\d+$/.test(part) ? Number(part) + 1 : part.replaceAll("_", " "))).join(", ");
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// In place of content that could not be loaded.
export function ErrorState({ error, onRetry }) {
  const trying = useAction(onRetry);
  return html`<div class="state" role="alert">
    <${Icon} name="warning" />
    <p><${Sentence} text=${error.message} /></p>
    ${onRetry && html`<${Button} busy=${trying.busy} onClick=${() => trying.run()}>Try again<//>`}
  </div>`;
}

export function EmptyState({ title, children }) {
  return html`<div class="state">
    <h2 class="state-title">${title}</h2>
    ${children}
  </div>`;
}

// A bar: `value` of `max`, or without a value one that only says that something goes on.
export function Progress({ label, value, max }) {
  return html`<div class="progress">
    <span>${label}</span>
    <progress aria-label=${label} value=${value} max=${max}></progress>
  </div>`;
}
