// The issues that keep a mapping from being saved, as links to their controls.

import { afterDrawing, focusSoon } from "../../../lib/focus.js";
import { html } from "../../../lib/html.js";
import { IconButton } from "../../../components/button.js";
import { Sentence } from "../../../components/sentence.js";
import { useEditor } from "../editor.js";
import { clearFilter } from "../fields/rows_shown.js";
import { BAR } from "./words.js";

const LIST = "issue-list";

// Leads to the only issue, or opens the list.
export function IssuesButton({ issues, select, listed, setListed }) {
  if (issues.length === 0) return null;
  const onClick = () => (issues.length === 1 ? showIssue(select, issues[0]) : setListed(!listed));
  const opens = issues.length > 1 && { "aria-expanded": String(listed), "aria-controls": listed ? LIST : undefined };
  return html`<button type="button" class="link bad" ...${opens} onClick=${onClick}>${BAR.issues(issues.length)}</button>`;
}

export function IssueList({ issues, select, close }) {
  const draft = useEditor().draft.get();
  if (issues.length === 0) return null;
  return html`<section id=${LIST} class="issue-list" aria-label=${BAR.issueList}>
    <${IconButton} label=${BAR.closeIssues} icon="close" onClick=${close} />
    <ul class="plain">
      ${issues.map(
        (one, index) => html`<li key=${index}>
          <button type="button" class="link" onClick=${() => showIssue(select, one)}>${placeOf(draft, one)}</button>
          ${" "}<${Sentence} text=${one.message} />
        </li>`,
      )}
    </ul>
  </section>`;
}

function placeOf(draft, { file, field }) {
  if (!file) return BAR.wholeMapping;
  const { settings, fields } = draft.files[file];
  const name = settings.name || BAR.unnamedFile;
  if (!field) return name;
  const { to, from } = draft.fields[field];
  return `${name}, ${to || from || BAR.field(fields.indexOf(field) + 1)}`;
}

// Shows an issue: its file, its row, its control.
export function showIssue(select, { file, field }) {
  if (!file) return focusSoon("#general-problems");
  clearFilter();
  select?.(file);
  const selector = field ? `#row-${field}` : `#settings-${file}`;
  return afterDrawing(() => {
    // In a closed row the problem has no control yet.
    /** @type {HTMLElement | null} */
    const closed = document.querySelector(`${selector}:not(:has([aria-invalid=true])) .opens-options[aria-expanded=false]`);
    closed?.click();
    focusSoon(`${selector} [aria-invalid=true]`, selector);
  });
}
