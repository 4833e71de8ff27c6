// Problems that only the editor can find: duplicate values in a table of codes, which no mapping can hold.

import { CHECKS } from "./words.js";

// In the API's shape, with the row of the table: [{path, message, row}].
export function clientProblems(draft) {
  return draft.order.flatMap((file, f) =>
    draft.files[file].fields.flatMap((id, n) => {
      const { mapping_type, codes, transformations } = draft.fields[id];
      const path = `files[${f}].fields[${n}]`;
      if (mapping_type === "match_codes") return ofCodes(codes, `${path}.codes`);
      if (mapping_type !== "transformation") return [];
      return transformations.flatMap((step, at) => ofCodes(step.codes, `${path}.transformations[${at}].codes`));
    }),
  );
}

function ofCodes(pairs = [], path) {
  const values = new Set();
  for (const [row, [value, code]] of pairs.entries()) {
    if (value === "" && code) return [{ path, row, message: CHECKS.noValue(code) }];
    if (values.has(value) && value !== "") return [{ path, row, message: CHECKS.twice(value) }];
    values.add(value);
  }
  return [];
}
