// A list of what differs between two versions, in words.

import { html } from "../../html.js";
import { Badge } from "../../components/badge.js";

// `both` are the places that somebody else changed too.
export function Differences({ found, both = new Set(), none }) {
  if (found.length === 0) return html`<p class="muted">${none}</p>`;
  return html`<ul class="plain differences">
    ${found.map(
      ({ place, where, what }) => html`<li key=${`${place} ${what}`}>
        <strong>${where}</strong> <span>${what}</span>
        ${both.has(place) && html` <${Badge} tone="warn">changed by both<//>`}
      </li>`,
    )}
  </ul>`;
}
