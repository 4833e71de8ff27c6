// Read-only settings of a file.

import { html } from "../../../lib/html.js";
import { useSettings } from "../editor.js";
import { IDENTIFIERS, SEPARATORS, SETTINGS, conditionInWords, optionNamed } from "../labels.js";
import { inWords } from "./more_settings.js";
import { FILE_SETTINGS } from "./words.js";

export function FileSettingsText({ id }) {
  const [settings] = useSettings(id);
  if (!settings) return null;
  const { name, extension = "csv", separator = "comma", text_identifier = "double", where = [] } = settings;
  const more = inWords(settings);
  const rows = [
    [SETTINGS.name, name],
    [SETTINGS.extension, extension === "csv" ? "CSV" : extension || FILE_SETTINGS.none],
    [SETTINGS.separator, optionNamed(SEPARATORS, separator)?.label ?? separator],
    [SETTINGS.text_identifier, optionNamed(IDENTIFIERS, text_identifier)?.label],
    more && [FILE_SETTINGS.more, more],
    where.length > 0 && [SETTINGS.where, where.map(conditionInWords).join(" and ")],
  ];
  return html`<section class="file-settings" id=${`settings-${id}`} tabindex="-1" aria-label=${FILE_SETTINGS.title}>
    <h2>${FILE_SETTINGS.title}</h2>
    <dl class="settings-text">
      ${rows.filter(Boolean).map(([label, text]) => html`<div key=${label}><dt>${label}</dt><dd>${text}</dd></div>`)}
    </dl>
  </section>`;
}
