// What a link asks for: ?file=students.csv&field=Grade_Level, as a run names them.

const SHAPES = { school_year: "\\d{4}", school_year_end: "\\d{4}", date: "[\\d-]+", time: "[\\d-]+" };

const WHOLE_ROWS = "rows"; // what a run says where the rows themselves are at fault

// {file: id, field: id, isRows, missing: what to say}, or null where nothing is asked for.
export function linkTarget(query, draft) {
  const name = query.get("file");
  if (!name) return null;
  const file = draft.order.find((id) => isCalled(draft.files[id].settings, name));
  if (!file) return { missing: `The mapping has no file ${name} any more.` };
  const header = query.get("field");
  if (!header) return { file };
  if (header === WHOLE_ROWS) return { file, isWholeRows: true };
  const field = draft.files[file].fields.find((id) => draft.fields[id].to === header);
  return field ? { file, field } : { file, missing: `The file has no field ${header} any more.` };
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
