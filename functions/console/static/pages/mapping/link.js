// The file and field that a link points to: ?file=students.csv&field=Grade_Level, as in a run.

import { FIELDS } from "./words.js";

const SHAPES = { school_year: "\\d{4}", school_year_end: "\\d{4}", date: "[\\d-]+", time: "[\\d-]+" };

const WHOLE_ROWS = "rows"; // the field name of a run's problem with the rows themselves

// {file: id, field: id, isWholeRows, missing: a message}, or null without a file in the address.
export function linkTarget(query, draft) {
  const name = query.get("file");
  if (!name) return null;
  const file = draft.order.find((id) => isCalled(draft.files[id].settings, name));
  if (!file) return { missing: FIELDS.noFile(name) };
  const header = query.get("field");
  if (!header) return { file };
  if (header === WHOLE_ROWS) return { file, isWholeRows: true };
  const field = draft.files[file].fields.find((id) => draft.fields[id].to === header);
  return field ? { file, field } : { file, missing: FIELDS.noField(header) };
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
