// Cells that were copied from a spreadsheet: lines with tabs between the cells, and quotes around a cell
// that contains a tab, a line break or a quote.

// Rows of cells: [[cell, …]].
export function columnsOf(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/y;
  while (pattern.lastIndex < text.length) {
    const [, quoted, plain, end] = pattern.exec(text);
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== "\t" && pattern.lastIndex < text.length) rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

// The rows of a table of codes after pasting cells at `index`. A value that is in the table already gets
// its new code there; a single column fills the column that it was pasted into.
export function withPasted(rows, cells, index, part) {
  const next = rows.map((row) => [...row]);
  if (cells.every((row) => row.length === 1)) {
    cells.forEach(([cell], at) => {
      next[index + at] ??= ["", ""];
      next[index + at][part] = cell;
    });
    return next;
  }
  const pairs = cells.map(([value, code = ""]) => [value, code]).filter(([value, code]) => value || code);
  const known = new Map(next.map(([value], at) => [value, at]));
  known.delete("");
  const added = [];
  for (const [value, code] of pairs) {
    if (known.has(value)) (next[known.get(value)] ?? added[known.get(value) - next.length])[1] = code;
    else {
      known.set(value, next.length + added.length);
      added.push([value, code]);
    }
  }
  const isFree = !next[index].some(Boolean);
  next.splice(isFree ? index : index + 1, isFree ? 1 : 0, ...added);
  return next;
}
