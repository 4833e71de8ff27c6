// The Enroll fields that registrations have, as options for a source.

import { get, pathOf } from "../../../lib/api.js";
import { useData } from "../../../lib/data.js";
import { createContext, useContext, useMemo } from "../../../lib/html.js";
import { FACTS } from "../vocabulary.js";

export const KnownFieldsContext = createContext({ c: null, data: null });

// {c, data: {items, looked_at} | null}. Nothing waits for the data, because any path can be typed.
export function useKnownFields(c) {
  const { data } = useData((options) => get(pathOf(c, "fields"), options), [c]);
  return useMemo(() => ({ c, data }), [c, data]);
}

export const useConnectionId = () => useContext(KnownFieldsContext).c;

// The options for a field of the registration itself.
export function sourcesOf(data) {
  return (data?.items ?? []).filter((one) => one.each === null).map(optionOf(data));
}

const optionOf =
  (data) =>
  ({ path, filled, samples }) => ({ value: path, hint: hintOf(filled, data.looked_at, samples) });

// The source options in a file; with the fields of an entry if the file has a row for each.
export function useSources(rows) {
  const { data } = useContext(KnownFieldsContext);
  const each = rows?.each;
  return useMemo(() => {
    const items = data?.items ?? [];
    const found = sourcesOf(data);
    const paths = new Set(found.map((one) => one.value));
    const facts = FACTS.filter((path) => !paths.has(path) && (each || path !== "row.number"));
    return [...entries(items, each).map(optionOf(data)), ...found, ...facts.map((value) => ({ value }))];
  }, [data, JSON.stringify(each)]);
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
  const share = `filled for ${Math.round((100 * filled) / looked_at)} %`;
  return samples.length ? `${samples.join(", ")} · ${share}` : share;
}
