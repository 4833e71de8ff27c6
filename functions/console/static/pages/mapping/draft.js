// The mapping under edit. Files and fields have ids that stay while they move and change, and are stored
// side by side, so that one row renders without the others. All functions are pure. Shape:
// {order: [file id], files: {id: {settings, fields: [field id]}}, fields: {id: field}, package}.

let last = 0;
export const newId = () => `m${(last += 1)}`;

const COMMON = [
  "default", "on_error", "required", "unique", "max_length", "truncate", "one_of", "pattern", "overwrite",
];
const CODES = ["codes", "send_blank", "unmatched", "blank", "ignore_case", "trim", "delimiter", "join_with"];
const KEYS = {
  direct: ["to", ...COMMON],
  match_codes: [...CODES, "to", ...COMMON],
  transformation: ["transformations", "to", ...COMMON],
  do_not_map: ["to", "overwrite"],
};

export const NEW_FIELD = { mapping_type: "direct", from: "", to: "", codes: [], transformations: [] };

export function draftOf(definition) {
  const draft = { order: [], files: {}, fields: {}, package: definition.package };
  for (const { fields, ...settings } of definition.files ?? []) {
    const id = newId();
    const ids = fields.map((field) => {
      const fieldId = newId();
      draft.fields[fieldId] = fieldOf(field);
      return fieldId;
    });
    draft.order.push(id);
    draft.files[id] = { settings, fields: ids };
  }
  return draft;
}

function fieldOf(field) {
  return {
    codes: [],
    ...codesAsPairs(field),
    from: field.from ?? "",
    to: field.to ?? "",
    transformations: (field.transformations ?? []).map(codesAsPairs),
  };
}

// Codes are pairs during editing, because two rows may have the same value for a while: [value, code]. An
// empty code is no code yet; null is a blank that is sent (`send_blank`).
export function codesAsPairs(part) {
  if (!part.codes) return part;
  const { codes, send_blank = [], ...others } = part;
  const pairs = Array.isArray(codes) ? codes.map(({ value, code }) => [value, code]) : Object.entries(codes);
  const [blanks, values] = [new Set(send_blank), new Set(pairs.map(([value]) => value))];
  const added = send_blank.filter((value) => !values.has(value)).map((value) => [value, null]);
  const read = pairs.map(([value, code]) => [value, code === "" && blanks.has(value) ? null : code]);
  return { ...others, codes: [...read, ...added] };
}

// The reverse. A list, because an object has the values that are numbers first. Empty rows are dropped.
function codesAsList(part) {
  if (!part.codes) return part;
  const pairs = [...new Map(part.codes)].filter(([value, code]) => value !== "" || code);
  const blanks = pairs.filter(([, code]) => code === null).map(([value]) => value);
  const codes = pairs.map(([value, code]) => ({ value, code: code ?? "" }));
  return { ...part, codes, ...(blanks.length > 0 && { send_blank: blanks }) };
}

export function definitionOf(draft, ofField = definitionOfField) {
  return {
    files: draft.order.map((id) => {
      const { settings, fields } = draft.files[id];
      return { ...settings, fields: fields.map((one) => ofField(draft.fields[one])) };
    }),
    ...(draft.package && { package: draft.package }),
  };
}

// A field with what was entered for other mapping types, too, as a stored draft keeps it.
export function wholeField(edited) {
  return { ...codesAsList(edited), transformations: edited.transformations.map(codesAsList) };
}

// Only the keys of the mapping type; the others stay in the draft in case somebody changes the type back.
export function definitionOfField(edited) {
  const field = codesAsList(edited);
  const { mapping_type, from } = field;
  /** @type {Record<string, any>} */
  const found = { ...(from !== "" && { from }), mapping_type };
  for (const key of KEYS[mapping_type] ?? []) if (field[key] !== undefined) found[key] = field[key];
  if (found.transformations) found.transformations = found.transformations.map(codesAsList);
  if (mapping_type === "do_not_map" && found.to === "") delete found.to;
  return found;
}

// The ids of files and fields by their index in the definition: [{id, fields: [id]}].
export const idsByIndex = (draft) => draft.order.map((id) => ({ id, fields: draft.files[id].fields }));

// Equal text for equal content, whatever the order of keys.
export function canonical(value) {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

// Changes: each function returns a new draft.

export function setField(draft, id, changes) {
  return { ...draft, fields: { ...draft.fields, [id]: withChanges(draft.fields[id], changes) } };
}

export function setSettings(draft, id, changes) {
  return setFile(draft, id, { settings: withChanges(draft.files[id].settings, changes) });
}

// A key whose new value is undefined is removed.
export function withChanges(part, changes) {
  const changed = { ...part, ...changes };
  for (const key of Object.keys(changes)) if (changed[key] === undefined) delete changed[key];
  return changed;
}

const setFile = (draft, id, changes) => ({
  ...draft,
  files: { ...draft.files, [id]: { ...draft.files[id], ...changes } },
});

export function insertField(draft, file, id, field, index) {
  const ids = draft.files[file].fields;
  const fields = [...ids.slice(0, index), id, ...ids.slice(index)];
  return { ...setFile(draft, file, { fields }), fields: { ...draft.fields, [id]: field } };
}

export function removeField(draft, file, id) {
  return setFile(draft, file, { fields: draft.files[file].fields.filter((one) => one !== id) });
}

// Removes several fields at once.
export function removeFields(draft, file, ids) {
  return setFile(draft, file, { fields: draft.files[file].fields.filter((one) => !ids.has(one)) });
}

// Moves several fields, in their order, so that the first of them is at `index` of the result.
export function placeFields(draft, file, ids, index) {
  const { fields } = draft.files[file];
  const others = fields.filter((one) => !ids.has(one));
  const moving = fields.filter((one) => ids.has(one));
  return setFile(draft, file, { fields: [...others.slice(0, index), ...moving, ...others.slice(index)] });
}

export function moveField(draft, file, id, by) {
  return setFile(draft, file, { fields: moved(draft.files[file].fields, id, by) });
}

export function insertFile(draft, id, settings, fields, index) {
  const ids = fields.map(newId);
  return {
    ...draft,
    order: [...draft.order.slice(0, index), id, ...draft.order.slice(index)],
    files: { ...draft.files, [id]: { settings, fields: ids } },
    fields: { ...draft.fields, ...Object.fromEntries(ids.map((one, at) => [one, fields[at]])) },
  };
}

export const removeFile = (draft, id) => ({ ...draft, order: draft.order.filter((one) => one !== id) });

export const moveFile = (draft, id, by) => ({ ...draft, order: moved(draft.order, id, by) });

export function moved(list, item, by) {
  const index = list.indexOf(item);
  const others = list.filter((_, at) => at !== index);
  const to = Math.max(0, Math.min(others.length, index + by));
  return [...others.slice(0, to), item, ...others.slice(to)];
}
