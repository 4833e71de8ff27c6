// Where the files are sent: to a server and account, or kept for download.

import { html } from "../../lib/html.js";
import { RadioGroup, TextField } from "../../components/fields.js";
import { DELIVERY } from "./words.js";

const METHODS = [
  { value: "sftp", label: DELIVERY.sftp, hint: DELIVERY.sftpHint },
  { value: "download", label: DELIVERY.download, hint: DELIVERY.downloadHint },
];

export function DeliveryField({ draft, change, problem }) {
  return html`<${RadioGroup}
    label=${DELIVERY.method}
    options=${METHODS}
    value=${draft.delivery}
    problem=${problem("delivery")}
    onInput=${(delivery) => change({ delivery })}
  />`;
}

export function ServerFields({ draft, change, problem }) {
  const field = (name) => ({ name, value: draft[name], problem: problem(name), onInput: (value) => change({ [name]: value }) });
  return html`<div class="host-and-port">
      <${TextField} label=${DELIVERY.host} placeholder="sftp.example.org" autocapitalize="off" ...${field("host")} />
      <${TextField} label=${DELIVERY.port} inputmode="numeric" maxlength="5" ...${field("port")} />
    </div>
    <${TextField} label=${DELIVERY.username} autocapitalize="off" ...${field("username")} />`;
}
