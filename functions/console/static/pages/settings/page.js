// Settings: everything of a connection but its mapping and schedule.

import { html } from "../../html.js";
import { ConnectionPage } from "../../components/connection_page.js";
import { usePerson } from "../../person.js";
import { SettingsAsTheyAre } from "./as_they_are.js";
import { SettingsForm } from "./form.js";

export default function SettingsPage({ params: { c } }) {
  const person = usePerson();
  return html`<${ConnectionPage} c=${c} title="Settings" tab="/connections/{c}/settings">
    ${(connection, keep) =>
      person.can_configure
        ? html`<${SettingsForm} connection=${connection} keep=${keep} />`
        : html`<${SettingsAsTheyAre} connection=${connection} />`}
  <//>`;
}
