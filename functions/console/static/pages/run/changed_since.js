// Changes after a run, which may already have corrected its problems.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { Time } from "../../components/time.js";
import { CHANGED, SETTING_NAMES } from "./words.js";

const MAX_ENTRIES = 100; // the newest audit entries
const MAX_SHOWN = 5;
const ACTION_TEXT = {
  mapping_saved: (changes) => CHANGED.saved(changes.version.to),
  mapping_restored: (changes) => CHANGED.restored(changes.restored_version?.to, changes.version?.to),
  connection_changed: (changes) =>
    CHANGED.settings(Object.keys(changes).map((name) => SETTING_NAMES[name] ?? name).join(", ")),
};

export function ChangedSince({ c, zone, run }) {
  const { data } = useData(
    (options) => get(pathOf(c, "audit"), { ...options, query: { limit: MAX_ENTRIES } }),
    [c, run.run_id],
  );
  const changes = data?.items.filter((entry) => entry.action in ACTION_TEXT && isSince(entry, run)) ?? [];
  if (changes.length === 0) return null;
  const mapping = href("/connections/{c}/mapping", { c });
  return html`<div class="changed-since">
    <h2>${CHANGED.title}</h2>
    <ul>
      ${changes.slice(0, MAX_SHOWN).map((entry) => {
        const text = ACTION_TEXT[entry.action](byField(entry.changes));
        const linked = entry.action !== "connection_changed";
        return html`<li key=${entry.request_id + entry.at}>
          ${linked ? html`<a href=${mapping}>${text}</a>` : text}
          <span class="muted"> ${CHANGED.by(entry.by)}, <${Time} at=${entry.at} zone=${zone} inside /></span>
        </li>`;
      })}
      ${changes.length > MAX_SHOWN && html`<li>${CHANGED.more(changes.length - MAX_SHOWN)}</li>`}
    </ul>
  </div>`;
}

// Times are whole seconds, so a change in the same second counts; versions are exact.
function isSince(entry, run) {
  const { version } = byField(entry.changes);
  if (version && run.mapping_version) return version.to > run.mapping_version;
  return new Date(entry.at) >= new Date(run.started_at ?? run.requested_at);
}

function byField(changes) {
  return Object.fromEntries(changes.map((change) => [change.field, change]));
}
