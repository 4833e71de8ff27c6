// Links to a row of the mapping, as runs and students have them: ?file=students.csv&field=Grade_Level. A link may
// also prepare the change that fixes a held student, such as a row for a value without a code.

import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { navigate } from "../../lib/router.js";
import { textOf, wordOf } from "../../lib/students_of_tab.js";
import { FIX_LINKS } from "./fields/words.js";
import { FIELDS } from "./words.js";

const SHAPES = { school_year: "\\d{4}", school_year_end: "\\d{4}", date: "[\\d-]+", time: "[\\d-]+" };

const WHOLE_ROWS = "rows"; // the field name of a run's problem with the rows themselves

// What a link of the list of students who need attention has as `from`: the page then links back.
export const ATTENTION_LIST = "attention";

const FIXES = /** @type {const} */ (["add_code", "add_date_format", "set_default"]);

/**
 * A link that opens a row of the mapping and prepares a change, which the person completes and saves. Only this
 * tab knows the value: another tab gets the row only.
 *
 * html`<${FixLink} c=${c} file="students.csv" field="Gender" fix="add_code" value="Nonbinary" />`
 *
 * @param {{c: string, file: string, field: string, fix: (typeof FIXES)[number], value?: string, children?: any}} props
 */
export function FixLink({ c, file, field, fix, value = "", children }) {
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(fixAddress(c, { file, field, fix, value }));
  };
  const to = href("/connections/{c}/mapping", { c }, { file, field, from: ATTENTION_LIST });
  return html`<a href=${to} onClick=${follow}>${children ?? FIX_LINKS[fix](value)}</a>`;
}

// The address of such a link, without the value.
export function fixAddress(c, { file, field, fix, value = "" }) {
  return href("/connections/{c}/mapping", { c }, { file, field, from: ATTENTION_LIST, [fix]: wordOf(value) });
}

// {file: id, field: id, isWholeRows, fix: {kind, value}, missing: a message}, or null without a file in the address.
export function linkTarget(query, draft) {
  const name = query.get("file");
  if (!name) return null;
  const file = draft.order.find((id) => isCalled(draft.files[id].settings, name));
  if (!file) return { missing: FIELDS.noFile(name) };
  const header = query.get("field");
  if (!header) return { file };
  if (header === WHOLE_ROWS) return { file, isWholeRows: true };
  const field = draft.files[file].fields.find((id) => draft.fields[id].to === header);
  return field ? { file, field, fix: fixOf(query) } : { file, missing: FIELDS.noField(header) };
}

function fixOf(query) {
  const kind = FIXES.find((one) => query.has(one));
  const value = kind && textOf(query.get(kind));
  return value === null || value === undefined ? null : { kind, value };
}

function isCalled({ name = "", extension = "csv" }, asked) {
  const template = name.replace(/[.*+?^$|()[\]\\]/g, "\\$&");
  const pattern = template.replace(/{(\w+)}/g, (_, shape) => SHAPES[shape] ?? "");
  const end = extension ? `(\\.${extension})?` : "";
  try {
    return name === asked || new RegExp(`^${pattern}${end}$`, "u").test(asked);
  } catch {
    return false;
  }
}
