// Compares two versions of a mapping, and applies my changes on top of theirs.

import { canonical, draftOf, newId, withChanges } from "../draft.js";
import { differences } from "./changes.js";

// The definition as a draft with the ids of `base`: a file with the same name and a field with the same
// header keep their id, and so does a single renamed file. Everything else gets a new id.
export function aligned(base, definition) {
  const draft = draftOf(definition);
  const filePartners = partners(draft.order, base.order, [(id, of) => of.files[id].settings.name], draft, base);
  const only = (order, known) => order.filter((id) => !known.includes(id));
  const [newOne, ...newOnes] = only(draft.order, [...filePartners.keys()]);
  const [oldOne, ...oldOnes] = only(base.order, [...filePartners.values()]);
  if (newOne && oldOne && !newOnes.length && !oldOnes.length) filePartners.set(newOne, oldOne);

  const result = { order: [], files: {}, fields: {}, package: draft.package };
  for (const id of draft.order) {
    const { settings, fields } = draft.files[id];
    const before = base.files[filePartners.get(id)]?.fields ?? [];
    const same = [(one, of) => of.fields[one].to, (one, of) => of.fields[one].from];
    const fieldPartners = partners(fields, before, same, draft, base);
    const ids = fields.map((one) => fieldPartners.get(one) ?? newId());
    ids.forEach((one, index) => (result.fields[one] = draft.fields[fields[index]]));
    const file = filePartners.get(id) ?? newId();
    result.order.push(file);
    result.files[file] = { settings, fields: ids };
  }
  return result;
}

function partners(ids, others, names, draft, base) {
  const found = new Map();
  for (const name of names) {
    const free = new Map();
    for (const id of others) if (name(id, base) && ![...found.values()].includes(id)) free.set(name(id, base), id);
    for (const id of ids) {
      const text = name(id, draft);
      if (found.has(id) || !free.has(text)) continue;
      found.set(id, free.get(text));
      free.delete(text);
    }
  }
  return found;
}

// My changes since `base` on top of `theirs`, per setting and per code; where both changed the same
// setting, mine wins.
export function merged(base, mine, theirs) {
  const whole = ({ files, fields }, id) => canonical([files[id], files[id]?.fields.map((one) => fields[one])]);
  const changed = (id) => whole(mine, id) !== whole(base, id);
  const order = mergedOrder(base.order, mine.order, theirs.order, changed);
  const draft = { order, files: {}, fields: {}, package: mergedValue("package", base.package, mine.package, theirs.package) };
  const of = (one, id) => one.files[id]?.fields ?? [];
  for (const id of order) {
    const edited = (field) => canonical(mine.fields[field]) !== canonical(base.fields[field]);
    const onlyMine = !theirs.files[id]; // added by me, or deleted by them: taken whole
    const fields = onlyMine ? of(mine, id) : mergedOrder(of(base, id), of(mine, id), of(theirs, id), edited);
    draft.files[id] = {
      settings: mergedKeys(base.files[id]?.settings, mine.files[id]?.settings, theirs.files[id]?.settings),
      fields,
    };
    for (const field of fields)
      draft.fields[field] = mergedKeys(base.fields[field], mine.fields[field], theirs.fields[field]);
  }
  return draft;
}

// Added items stay; removed items go, unless I changed an item that they removed.
function mergedOrder(base, mine, theirs, changed) {
  const common = (list) => list.filter((id) => base.includes(id) && mine.includes(id));
  const movedByMe = canonical(common(mine)) !== canonical(common(base));
  const stays = (id) =>
    mine.includes(id) ? theirs.includes(id) || !base.includes(id) || changed(id) : !base.includes(id);
  const [first, second] = movedByMe ? [mine, theirs] : [theirs, mine];
  const order = first.filter(stays);
  second.forEach((id, index) => {
    if (order.includes(id) || !stays(id)) return;
    const before = second.slice(0, index).findLast((one) => order.includes(one));
    order.splice(order.indexOf(before) + 1, 0, id);
  });
  return order;
}

function mergedKeys(base, mine, theirs) {
  if (!mine || !theirs) return mine ?? theirs;
  const changes = {};
  for (const key of Object.keys({ ...base, ...mine })) changes[key] = mergedValue(key, base?.[key], mine[key], theirs[key]);
  return withChanges(theirs, changes);
}

// Other lists and objects are not merged, because two halves need not be valid together.
const WITH_PARTS = { codes: mergedCodes, package: mergedKeys, manifest: mergedKeys };

function mergedValue(key, base, mine, theirs) {
  if (canonical(mine) === canonical(base)) return theirs;
  if (canonical(theirs) === canonical(base) || !mine || !theirs) return mine;
  return WITH_PARTS[key]?.(base, mine, theirs) ?? mine;
}

function mergedCodes(base, mine, theirs) {
  const [before, now, both] = [base, mine, theirs].map((pairs) => new Map(pairs));
  for (const value of before.keys()) if (!now.has(value)) both.delete(value);
  for (const [value, code] of now) if (before.get(value) !== code) both.set(value, code);
  return [...both];
}

// Their changes since `base` that are not in `both`. For an order it cannot say whose it is.
export function replaced(base, theirs, both) {
  const inBoth = new Map(differences(base, both).map(({ key, changes }) => [key, changes]));
  return differences(base, theirs)
    .map((one) => ({ ...one, changes: one.changes.filter((text) => !inBoth.get(one.key)?.includes(text)) }))
    .filter(({ changes }) => changes.length);
}
