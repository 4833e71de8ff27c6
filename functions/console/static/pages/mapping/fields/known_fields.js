// The Enroll fields that registrations have, as options for a source.

import { get, pathOf } from "../../../lib/api.js";
import { useData } from "../../../lib/data.js";
import { createContext, useContext, useMemo } from "../../../lib/html.js";
import { labelOf } from "../../../lib/text/names.js";
import { COMMON_FIELDS, FACTS } from "../vocabulary.js";
import { FIELD_LIST, GROUPS } from "./words.js";

export const KnownFieldsContext = createContext({ c: null, data: null });

// {c, data: {items, looked_at} | null, error}. The editor does not wait for the data, because any path can be
// typed. Before any student was synced, they are the fields that our ready-made mappings read.
export function useKnownFields(c) {
  const { data, error } = useData(async (options) => withCommon(await get(pathOf(c, "fields"), options)), [c]);
  return useMemo(() => ({ c, data, error }), [c, data, error]);
}

function withCommon(data) {
  if (data.looked_at > 0) return data;
  return { ...data, items: [...data.items, ...COMMON_FIELDS.map((path) => ({ path, each: null, filled: 0, samples: [] }))] };
}

export const useConnectionId = () => useContext(KnownFieldsContext).c;

// The options for a field of the registration itself.
export function sourcesOf(data) {
  return (data?.items ?? []).filter((one) => one.each === null).map(optionOf(data));
}

const optionOf =
  (data) =>
  ({ path, filled, samples }) => ({ value: path, hint: [labelOf(path), hintOf(filled, data.looked_at, samples)].filter(Boolean).join(" · ") });

// The source options in a file; with the fields of an entry if the file has a row for each.
export function useSources(rows) {
  const { data } = useContext(KnownFieldsContext);
  const each = rows?.each;
  return useMemo(() => {
    const items = data?.items ?? [];
    const found = sourcesOf(data);
    const paths = new Set(found.map((one) => one.value));
    const facts = FACTS.filter((path) => !paths.has(path) && (each || path !== "row.number"));
    const all = [...entries(items, each).map(optionOf(data)), ...found, ...facts.map((value) => ({ value }))];
    return all.map((one) => ({ ...one, group: groupOf(one.value) })).sort((a, b) => order(a) - order(b));
  }, [data, JSON.stringify(each)]);
}

const groupOf = (path) => {
  if (/guardian|parent|contact/.test(path) && !path.startsWith("entry.")) return GROUPS.contact;
  return GROUPS[path.split(".")[0]] ?? GROUPS.other;
};
const order = ({ group }) => Object.values(GROUPS).indexOf(group);

// {fields, busy, error}: the fields to suggest for a file with these rows, [{path, filled, samples}]. Those of one
// guardian are left out of a file with a row for each: all rows would name the same guardian.
export function useFields(rows) {
  const { data, error } = useContext(KnownFieldsContext);
  const each = rows?.each;
  const fields = useMemo(() => {
    const items = data?.items ?? [];
    const isOfOne = ({ path }) => Array.isArray(each) && each.some((start) => path.startsWith(start));
    return [...entries(items, each), ...items.filter((one) => one.each === null && !isOfOne(one))];
  }, [data, JSON.stringify(each)]);
  return { fields, busy: !data && !error, error };
}

// A value that a student has in a field; "" if none is known. A field of an entry has it in one of the groups.
export function useSample(path) {
  const { data } = useContext(KnownFieldsContext);
  return useMemo(() => {
    const own = path?.startsWith("entry.") ? path.slice("entry.".length) : null;
    const isSource = (one) => one.path === path || (own !== null && (one.path.endsWith(`_${own}`) || one.path === `entry.${own}`));
    return (data?.items ?? []).find((one) => isSource(one) && one.samples.length > 0)?.samples[0] ?? "";
  }, [data, path]);
}

// The beginnings of the groups of fields that name guardians, such as student_annual.guardian1_, of those that
// any student has.
export function useGuardianGroups() {
  const { data } = useContext(KnownFieldsContext);
  return useMemo(() => {
    const filled = (data?.items ?? []).filter((one) => one.each === null && one.filled > 0);
    const starts = filled.map(({ path }) => /^(.*(?:guardian|parent|contact)_?\d+_)[^.]+$/.exec(path)?.[1]);
    return [...new Set(starts.filter(Boolean))].sort();
  }, [data]);
}

function entries(items, each) {
  if (!each) return [];
  if (typeof each === "string") return items.filter((one) => one.each === each);
  const found = new Map();
  for (const one of items)
    for (const prefix of each)
      if (one.each === null && one.path.startsWith(prefix)) {
        const path = `entry.${one.path.slice(prefix.length)}`;
        if (!path.slice(6).includes(".") && !found.has(path)) found.set(path, { ...one, path });
      }
  return [...found.values()];
}

function hintOf(filled, looked_at, samples) {
  if (looked_at === 0) return "";
  const share = FIELD_LIST.filled(Math.round((100 * filled) / looked_at));
  return samples.length ? `${samples.join(", ")} · ${share}` : share;
}
