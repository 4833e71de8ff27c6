// Mapped Value: the value of a field for the example student, or why the student would be held.

import { html } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { Badge } from "../../../components/badge.js";
import { Sentence } from "../../../components/sentence.js";
import { useEditor } from "../editor.js";
import { VALUE } from "./words.js";

export function useMappedValue(id, row) {
  const preview = useSelected(useEditor().preview, (all) => all.fields[id]);
  return preview?.[Math.min(row, preview.length - 1)];
}

export function MappedValue({ id, row, type }) {
  const found = useMappedValue(id, row);
  if (type === "do_not_map") return html`<span class="muted">${VALUE.notInFile}</span>`;
  if (!found) return html`<span class="muted">${VALUE.unknown}</span>`;
  if (found.problem)
    return html`<span class="held"><${Badge} tone="bad">${VALUE.attention}<//> <${Sentence} text=${found.problem.message} /></span>`;
  if (found.value === "") return html`<span class="muted">${VALUE.blank}</span>`;
  const around = found.value !== found.value.trim();
  return html`<span class="value">${found.value}</span>
    ${around && html`<span class="muted"> ${VALUE.spacesAround}</span>`}`;
}

// For the announcement while somebody edits the row.
export function valueInWords(found) {
  if (!found) return VALUE.none;
  if (found.problem) return VALUE.needsAttention(found.problem.message);
  return found.value || VALUE.blank;
}
