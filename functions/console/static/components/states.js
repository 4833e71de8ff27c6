// What a page shows while it loads, when it is empty, and after an error.

import { useAction } from "../lib/data.js";
import { html, useEffect, useState } from "../lib/html.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { Sentence } from "./sentence.js";
import { STATES } from "./words.js";

const SHOW_AFTER_MS = 200; // a shorter wait shows nothing

export function Loading({ label = STATES.loading }) {
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

// An ApiError with its problems, for beside the button that caused it; empty without an error. `isShown`
// says whether the problem of a path is shown at its field already. `asWritten`: show the path as it is,
// because the person wrote the text that it points into. Otherwise a problem may bring its own `label`.
export function ErrorNotice({ error, title, isShown = (_path) => false, asWritten }) {
  const problems = error?.problems?.filter((problem) => !isShown(problem.path)) ?? [];
  useEffect(() => {
    // A notice above the pressed button moves the button down, perhaps out of sight.
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

// Shown instead of content that could not be loaded.
export function ErrorState({ error, onRetry }) {
  const trying = useAction(onRetry);
  return html`<div class="state" role="alert">
    <${Icon} name="warning" />
    <p><${Sentence} text=${error.message} /></p>
    ${onRetry && html`<${Button} busy=${trying.busy} onClick=${() => trying.run()}>${STATES.tryAgain}<//>`}
  </div>`;
}

export function EmptyState({ title, children }) {
  return html`<div class="state">
    <h2 class="state-title">${title}</h2>
    ${children}
  </div>`;
}

// A progress bar: `value` of `max`, or without a value one that only shows activity.
export function Progress({ label, value, max }) {
  return html`<div class="progress">
    <span>${label}</span>
    <progress aria-label=${label} value=${value} max=${max}></progress>
  </div>`;
}
