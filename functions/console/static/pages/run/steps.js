// The steps of a check, in the order in which they were tried.

import { html } from "../../html.js";
import { Badge } from "../../components/badge.js";
import { Copyable } from "../../components/copyable.js";

const RESULT = {
  ok: ["good", "Works"],
  warning: ["warn", "Works, but"],
  failed: ["bad", "Failed"],
  skipped: ["calm", "Not tried"],
};
const STEP = {
  name: "Name",
  connection: "Connection",
  algorithms: "Algorithms",
  host_key: "Host key",
  sign_in: "Sign-in",
  folder: "Folder",
  write: "Write",
  replace: "Replace",
  delete: "Delete",
};

// steps: [{step, result, seconds, message, host_key}]
export function Steps({ steps }) {
  return html`<section class="panel" aria-label="Steps">
    <ol class="check-steps">
      ${steps.map(({ step, result, message, host_key }) => {
        const [tone, label] = RESULT[result] ?? ["calm", result];
        return html`<li key=${step}>
          <strong>${STEP[step] ?? step}</strong>
          <${Badge} tone=${tone}>${label}<//>
          <div>
            <p>${message}</p>
            ${host_key && html`<${Copyable} label="the host key" text=${host_key} />`}
          </div>
        </li>`;
      })}
    </ol>
  </section>`;
}
