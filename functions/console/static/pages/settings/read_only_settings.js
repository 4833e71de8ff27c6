// The settings for people who cannot change them.

import { html } from "../../lib/html.js";
import { Section } from "../../components/section.js";
import { Notice } from "../../components/states.js";
import { HostKeyFacts } from "../../shared/host_keys.js";
import { guardsInWords } from "./guard_fields.js";
import { ABOUT, DELIVERY, GUARDS, HOST_KEYS, IMPORTER, PAGE } from "./words.js";

export function ReadOnlySettings({ connection }) {
  const { name, sis, district, time_zone, delivery, host, port, username, folder, host_keys, guards } = connection;
  const bySftp = delivery === "sftp";
  const row = (label, value) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<div class="stack narrow">
    <${Notice}>${PAGE.readOnly}<//>
    <${Section} title=${ABOUT.title}>
      <dl class="pairs">
        ${row(ABOUT.name, name)} ${sis && row(ABOUT.sis, sis)} ${row(ABOUT.district, district)} ${row(ABOUT.timeZone, time_zone)}
        ${row(ABOUT.namesInLists, html`<code>${connection.name_fields.join(", ") || ABOUT.none}</code>`)}
      </dl>
    <//>
    <${Section} title=${DELIVERY.title}>
      <dl class="pairs">
        ${row(DELIVERY.method, bySftp ? DELIVERY.sftp : DELIVERY.download)}
        ${bySftp && [row(DELIVERY.host, `${host}:${port}`), row(DELIVERY.username, username)]}
        ${row(DELIVERY.folder, html`<code>${folder || "."}</code>`)}
        ${bySftp && row(IMPORTER.label, IMPORTER[connection.importer])}
        ${bySftp && row(IMPORTER.doneFiles, connection.done_file ? IMPORTER.yes : IMPORTER.no)}
      </dl>
    <//>
    ${bySftp &&
    html`<${Section} title=${HOST_KEYS.title}>
      ${host_keys.length === 0 && html`<p>${HOST_KEYS.none}</p>`}
      <ul class="host-keys plain">${host_keys.map((line) => html`<li key=${line} class="apart"><${HostKeyFacts} line=${line} /></li>`)}</ul>
    <//>`}
    <${Section} title=${GUARDS.title}>
      <dl class="pairs">${guardsInWords(guards).map(({ label, text }) => row(label, text))}</dl>
    <//>
  </div>`;
}
