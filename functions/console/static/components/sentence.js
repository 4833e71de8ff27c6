// A sentence of the API; what stands in it between backticks is to be written as it is.

import { html } from "../lib/html.js";

export function Sentence({ text }) {
  return text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}
