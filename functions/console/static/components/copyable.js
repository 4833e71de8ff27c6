// A text that people carry elsewhere (a path, a checksum, a line of a file), with a button that copies it.

import { html } from "../html.js";
import { announce, toast } from "./announce.js";
import { IconButton } from "./button.js";

// `label` says what it is: "SHA-256 of students.csv". `block` is for whole lines, which wrap.
export function Copyable({ label, text, block }) {
  const copy = async () => {
    try {
      await toClipboard(text);
      toast("Copied");
    } catch (error) {
      announce(error.message);
    }
  };
  return html`<span class=${block ? "copyable block" : "copyable"}>
    <code>${text}</code>
    <${IconButton} label=${`Copy ${label}`} icon="copy" onClick=${copy} />
  </span>`;
}

export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Error("The browser did not allow it: select the text, and copy it by hand.");
  }
}
