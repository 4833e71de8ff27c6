// Settings: everything about a connection except its mapping and schedule.

import { html } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { SettingsForm } from "./form.js";
import { ReadOnlySettings } from "./read_only_settings.js";
import { PAGE } from "./words.js";

export default function SettingsPage({ params: { c }, query }) {
  const person = usePerson();
  return html`<${ConnectionPage} c=${c} title=${PAGE.title} tab="/connections/{c}/settings">
    ${(connection, keep) =>
      person.canConfigure
        ? html`<${SettingsForm} connection=${connection} keep=${keep} wanted=${query.get("field")} />`
        : html`<${ReadOnlySettings} connection=${connection} />`}
  <//>`;
}
