// A sentence from the API; text between backticks is shown as code.

import { html } from "../lib/html.js";

export function Sentence({ text }) {
  return text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}
