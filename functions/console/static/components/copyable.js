// A text that people take elsewhere (a path, a checksum, a line of a file), with a copy button.

import { useAction } from "../lib/data.js";
import { html } from "../lib/html.js";
import { toast } from "./announce.js";
import { IconButton } from "./button.js";
import { COPY } from "./words.js";

// `label` names the text: "SHA-256 of students.csv". `block` is for whole lines, which wrap; `plain` for sentences.
export function Copyable({ label, text, block = false, plain = false }) {
  const copying = useAction(async () => {
    await toClipboard(text);
    toast(COPY.copied);
  });
  return html`<span class=${block ? "copyable block" : "copyable"}>
      ${plain ? html`<span>${text}</span>` : html`<code>${text}</code>`}
      <${IconButton} label=${COPY.copy(label)} icon="copy" onClick=${() => copying.run()} />
    </span>
    ${copying.error && html`<span class="problem" role="alert">${copying.error.message}</span>`}`;
}

export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Error(COPY.blocked);
  }
}
