// The error that ended a run or a year, with a link to the page that corrects it.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";

const SETTINGS = "/connections/{c}/settings";
const CHECK = "/connections/{c}/check";
const REMEDY = {
  host_key_mismatch: [SETTINGS, "Edit the host keys"],
  sign_in_refused: [SETTINGS, "Correct the sign-in"],
  address_refused: [SETTINGS, "Correct the host"],
  host_not_found: [SETTINGS, "Correct the host"],
  conflict: [SETTINGS, "Edit the connection"],
  connection_failed: [CHECK, "Check the connection"],
  no_common_algorithm: [CHECK, "Check the connection"],
  permission_refused: [CHECK, "Check the connection"],
  folder_missing: [CHECK, "Check the connection"],
  upload_incomplete: [CHECK, "Check the connection"],
  replace_unsupported: [CHECK, "Check the connection"],
  delivery_failed: [CHECK, "Check the connection"],
};

// error: {code, message, passing}
export function Problem({ c, error }) {
  const [path, label] = REMEDY[error.code] ?? [];
  const to = path && href(path, { c });
  return html`<${Notice} tone="bad">
    <p><${Sentence} text=${error.message} /></p>
    ${to && html`<p><a href=${to}>${label}</a></p>`}
  <//>`;
}
