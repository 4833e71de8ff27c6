// What is known of a thing: names and values, side by side where there is room.

import { html } from "../lib/html.js";

// facts: [[name, value]]; a value that is null, false or "" is left out with its name.
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
