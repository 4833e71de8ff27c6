// Where the files are sent: to a server and account, or kept for download.

import { html } from "../../lib/html.js";
import { RadioGroup, TextField } from "../../components/fields.js";

const DELIVERY = [
  { value: "sftp", label: "Put on an SFTP server", hint: "The SIS's own, or the district's, where its importer looks." },
  { value: "download", label: "Fetched by download", hint: "The same files, kept here until somebody or some program fetches them." },
];

export function DeliveryField({ draft, change, problem }) {
  return html`<${RadioGroup}
    label="Files are"
    options=${DELIVERY}
    value=${draft.delivery}
    problem=${problem("delivery")}
    onInput=${(delivery) => change({ delivery })}
  />`;
}

export function ServerFields({ draft, change, problem }) {
  const field = (name) => ({ value: draft[name], problem: problem(name), onInput: (value) => change({ [name]: value }) });
  return html`<div class="host-and-port">
      <${TextField} label="Host" placeholder="sftp.example.org" autocapitalize="off" ...${field("host")} />
      <${TextField} label="Port" inputmode="numeric" maxlength="5" ...${field("port")} />
    </div>
    <${TextField} label="User name" autocapitalize="off" ...${field("username")} />`;
}
