// The error that ended a run or a year, with a link to the page that corrects it.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Sentence } from "../../components/sentence.js";
import { Notice } from "../../components/states.js";
import { REMEDY } from "./words.js";

const SETTINGS = "/connections/{c}/settings";
const CHECK = "/connections/{c}/check";
const REMEDIES = {
  host_key_mismatch: [SETTINGS, REMEDY.hostKeys],
  sign_in_refused: [SETTINGS, REMEDY.signIn],
  address_refused: [SETTINGS, REMEDY.host],
  host_not_found: [SETTINGS, REMEDY.host],
  conflict: [SETTINGS, REMEDY.connection],
  connection_failed: [CHECK, REMEDY.check],
  no_common_algorithm: [CHECK, REMEDY.check],
  permission_refused: [CHECK, REMEDY.check],
  folder_missing: [CHECK, REMEDY.check],
  upload_incomplete: [CHECK, REMEDY.check],
  upload_too_slow: [CHECK, REMEDY.check],
  replace_unsupported: [CHECK, REMEDY.check],
  delivery_failed: [CHECK, REMEDY.check],
};

// error: {code, message, passing}
export function Problem({ c, error }) {
  const [path, label] = REMEDIES[error.code] ?? [];
  const to = path && href(path, { c });
  return html`<${Notice} tone="bad">
    <p><${Sentence} text=${error.message} /></p>
    ${to && html`<p><a href=${to}>${label}</a></p>`}
  <//>`;
}
