// The settings for people who cannot change them.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { HostKeyFacts } from "../../shared/host_keys.js";
import { guardsInWords } from "./guard_fields.js";

const IMPORTER = { unknown: "Not known yet", removes: "Removes the files that it took", leaves: "Leaves the files where they are" };

export function ReadOnlySettings({ connection }) {
  const { name, sis, district, time_zone, delivery, host, port, username, folder, host_keys, guards } = connection;
  const bySftp = delivery === "sftp";
  const row = (label, value) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<div class="stack narrow">
    <${Notice}>Somebody with Full Access can change the settings.<//>
    <${Section} title="About">
      <dl class="pairs">
        ${row("Name", name)} ${sis && row("SIS", sis)} ${row("District", district)} ${row("Time zone", time_zone)}
        ${row("Names in lists", html`<code>${connection.name_fields.join(", ") || "none"}</code>`)}
      </dl>
    <//>
    <${Section} title="Where the files go">
      <dl class="pairs">
        ${row("Files are", bySftp ? "Put on an SFTP server" : "Fetched by download")}
        ${bySftp && [row("Host", `${host}:${port}`), row("User name", username)]}
        ${row("Folder", html`<code>${folder || "."}</code>`)}
        ${bySftp && row("The importer", IMPORTER[connection.importer])}
        ${bySftp && row(".done files", connection.done_file ? "Yes" : "No")}
      </dl>
    <//>
    ${bySftp &&
    html`<${Section} title="Host keys">
      ${host_keys.length === 0 && html`<p>None yet.</p>`}
      <ul class="host-keys plain">${host_keys.map((line) => html`<li key=${line} class="apart"><${HostKeyFacts} line=${line} /></li>`)}</ul>
    <//>`}
    <${Section} title="Guards before sending">
      <dl class="pairs">${guardsInWords(guards).map(({ label, text }) => row(label, text))}</dl>
    <//>
  </div>`;
}
