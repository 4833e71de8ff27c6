// Mapped Value: the value of a field for the example student, or why the student would be held.

import { html } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { Badge } from "../../../components/badge.js";
import { Sentence } from "../../../components/sentence.js";
import { useEditor } from "../editor.js";

export function useMappedValue(id, row) {
  const preview = useSelected(useEditor().preview, (all) => all.fields[id]);
  return preview?.[Math.min(row, preview.length - 1)];
}

export function MappedValue({ id, row, type }) {
  const found = useMappedValue(id, row);
  if (type === "do_not_map") return html`<span class="muted">not in the file</span>`;
  if (!found) return html`<span class="muted">–</span>`;
  if (found.problem)
    return html`<span class="held"><${Badge} tone="bad">Held<//> <${Sentence} text=${found.problem.message} /></span>`;
  if (found.value === "") return html`<span class="muted">blank</span>`;
  const around = found.value !== found.value.trim();
  return html`<span class="value">${found.value}</span>
    ${around && html`<span class="muted"> with blanks around</span>`}`;
}

// For the announcement while somebody edits the row.
export function valueInWords(found) {
  if (!found) return "no value";
  if (found.problem) return `held: ${found.problem.message}`;
  return found.value || "blank";
}
