// A part of a page with its own heading.

import { html, useId } from "../lib/html.js";

export function Section({ title, hint, children }) {
  const id = useId();
  return html`<section class="panel stack" aria-labelledby=${id}>
    <div>
      <h2 id=${id}>${title}</h2>
      ${hint && html`<p class="muted">${hint}</p>`}
    </div>
    ${children}
  </section>`;
}
