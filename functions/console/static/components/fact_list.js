// Facts about one thing: names and values, side by side where there is room.

import { html } from "../lib/html.js";

// facts: [[name, value]]; a fact whose value is null, false or "" is left out.
export function FactList({ facts }) {
  return html`<dl class="fact-list">
    ${facts
      .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
      .map(
        ([name, value]) => html`<div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
      )}
  </dl>`;
}
