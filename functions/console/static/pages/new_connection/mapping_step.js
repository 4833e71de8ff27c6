// The fourth step: a ready-made mapping, that of the copied connection, or none. A mapping may exist already: from a deleted connection
// with the same id, or from an earlier visit of this step.

import { get, getIfThere, pathOf, put } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { definitionOnly } from "../mapping/saving/conflict_dialog.js";
import { Button } from "../../components/button.js";
import { RadioGroup } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { MAPPING, PAGE } from "./words.js";

const UNCHANGED = "";
const COPIED = ":copied"; // no ready-made mapping has this name

export function MappingStep({ source, draft, stored, go }) {
  const { data, error, reload } = useData(async (options) => {
    const mappingOf = (c) => getIfThere(pathOf(c, "mapping"), options);
    const [ready, saved, copied] = await Promise.all([
      get("mappings", options),
      mappingOf(stored.connection_id),
      source ? mappingOf(source.connection_id) : null,
    ]);
    return { ready: ready.items, saved, copied };
  }, []);
  const back = html`<${Button} onClick=${() => go(stored.delivery === "sftp" ? "check" : "server")}>${PAGE.back}<//>`;
  if (data) return html`<${Choice} mappings=${data.ready} saved=${data.saved} copied=${data.copied} source=${source} sis=${draft.sis} connection=${stored} go=${go} back=${back} />`;
  return html`<${Frame}>
      ${error ? html`<${ErrorState} error=${error} onRetry=${reload} />` : html`<${Loading} />`}
    <//>
    <div class="row">${back}</div>`;
}

function Frame({ children }) {
  return html`<${Section} title=${MAPPING.title} hint=${MAPPING.hint}>${children}<//>`;
}

function Choice({ mappings, saved, copied, source, sis, connection, go, back }) {
  const [chosen, setChosen] = useState(() =>
    saved ? UNCHANGED : copied ? COPIED : (fitting(mappings, sis)?.name ?? UNCHANGED),
  );
  const saving = useAction(async () => {
    const body = chosen === COPIED ? definitionOnly(copied) : { start_from: chosen };
    if (chosen !== UNCHANGED) await put(pathOf(connection.connection_id, "mapping"), body);
    go("done");
  });
  const more = mappings.find((one) => one.name === chosen)?.description ?? "";
  return html`<${Frame}>
      <${RadioGroup} label=${MAPPING.label} hideLabel options=${[...copyOption(copied, source), ...optionsOf(mappings, saved)]} value=${chosen} onInput=${setChosen} />
      ${more && html`<details key=${chosen}><summary>${MAPPING.all}</summary><pre class="description">${more}</pre></details>`}
    <//>
    <${ErrorNotice} error=${saving.error} />
    <div class="row">
      <${Button} kind="primary" busy=${saving.busy} onClick=${() => saving.run()}>
        ${chosen === COPIED ? MAPPING.useCopy : chosen !== UNCHANGED ? MAPPING.use : saved ? MAPPING.keep : MAPPING.empty}
      <//>
      ${back}
    </div>`;
}

function copyOption(copied, source) {
  if (!copied) return [];
  return [{ value: COPIED, label: MAPPING.copyOf(source.name), hint: MAPPING.copyHint(copied.version) }];
}

// A title is the mapping's name, and often its specialty after a colon.
function optionsOf(mappings, saved) {
  const ready = mappings.map(({ name, title }) => {
    const [label, ...rest] = title.split(": ");
    return { value: name, label, hint: capital(rest.join(": ")) };
  });
  if (saved)
    return [{ value: UNCHANGED, label: MAPPING.current, hint: MAPPING.currentHint(saved.version, saved.saved_by) }, ...ready];
  return [...ready, { value: UNCHANGED, label: MAPPING.emptyLabel, hint: MAPPING.emptyHint }];
}

function capital(text) {
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

// The mapping for the SIS of the first step.
function fitting(mappings, sis) {
  const wanted = sis.trim().toLowerCase();
  return wanted ? mappings.find((one) => one.title.toLowerCase().startsWith(wanted)) : null;
}
