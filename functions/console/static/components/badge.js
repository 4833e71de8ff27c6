// A word with a color and an icon; color alone carries no meaning.

import { html } from "../lib/html.js";
import { statusOf } from "../lib/runs.js";
import { Icon } from "./icon.js";

const ICON = { good: "check", warn: "warning", bad: "failed", calm: "calm" };

// tone: "good", "warn", "bad", "calm", "busy"
export function Badge({ tone = "calm", children }) {
  return html`<span class="badge ${tone}">
    ${tone === "busy" ? html`<span class="spinner" aria-hidden="true"></span>` : html`<${Icon} name=${ICON[tone]} />`}
    ${children}
  </span>`;
}

// `kind` is that of the run, for a year of it.
export function RunBadge({ run, kind = run.kind }) {
  const { label, tone } = statusOf({ status: run.status, kind });
  return html`<${Badge} tone=${tone}>${label}<//>`;
}
