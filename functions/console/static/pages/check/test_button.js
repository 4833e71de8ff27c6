// Starts a test. A sign-in that the server has refused is tried again only after a question: servers lock accounts.

import { html, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { REPEAT } from "./words.js";

export function TestButton({ connection, check, kind = "plain", children }) {
  const [asking, setAsking] = useState(false);
  const confirmed = () => {
    setAsking(false);
    check.start();
  };
  const start = () => (connection.sign_in?.refused_at ? setAsking(true) : check.start());
  return html`<${Button} kind=${kind} busy=${check.busy} onClick=${start}>${children}<//>
    ${asking &&
    html`<${ConfirmDialog}
      title=${REPEAT.title}
      confirm=${REPEAT.confirm}
      action=${{ run: confirmed, busy: false, error: null }}
      onClose=${() => setAsking(false)}
    ><p>${REPEAT.text}</p><//>`}`;
}
