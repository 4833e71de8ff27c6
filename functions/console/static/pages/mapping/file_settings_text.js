// A file's settings to read: for those who may not change them.

import { html } from "../../html.js";
import { useSettings } from "./editor.js";
import { IDENTIFIERS, SEPARATORS, named } from "./file_settings.js";
import { inWords } from "./more_settings.js";
import { ASKED } from "./words.js";

export function FileSettingsText({ id }) {
  const [settings] = useSettings(id);
  if (!settings) return null;
  const { name, extension = "csv", separator = "comma", text_identifier = "double", where = [] } = settings;
  const more = inWords(settings);
  const rows = [
    ["File Name", name],
    ["File Extension", extension === "csv" ? "CSV" : extension || "none"],
    ["Field Separator", named(SEPARATORS, separator)?.label ?? separator],
    ["Text Identifier", named(IDENTIFIERS, text_identifier)?.label],
    more && ["More settings", more],
    where.length > 0 && ["Only rows that fulfil", where.map(conditionInWords).join(" and ")],
  ];
  return html`<section class="file-settings" aria-label="File Settings">
    <h2>File Settings</h2>
    <dl class="settings-text">
      ${rows.filter(Boolean).map(([label, text]) => html`<div key=${label}><dt>${label}</dt><dd>${text}</dd></div>`)}
    </dl>
  </section>`;
}

function conditionInWords({ field, ...condition }) {
  const [test] = Object.keys(ASKED).filter((key) => condition[key] !== undefined && condition[key] !== null);
  if (test === "is_blank") return `${field} is ${condition.is_blank ? "" : "not "}blank`;
  const compared = [condition[test]].flat().join(", ");
  return `${field} ${ASKED[test]} ${compared}`;
}
