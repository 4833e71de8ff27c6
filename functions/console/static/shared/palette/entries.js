// What the search offers: connections, their pages, and the search for a student.

import { CONNECTION_TABS, href } from "../../lib/paths.js";
import { folded } from "../../lib/text/names.js";
import { PALETTE } from "./words.js";

const MOST = 12;
const MOST_SEARCHES = 3;

// [{key, label, hint, to} or {key, label, hint, find: the text, c}] for what a person typed, the best first.
// `here` is the id of the connection of the current page, or null.
export function entriesFor(typed, { connections, person, here }) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  const has = (text) => words.every((word) => folded(text).includes(word));
  const ordered = [...connections].sort((one, other) => Number(other.connection_id === here) - Number(one.connection_id === here) || one.name.localeCompare(other.name));
  const found = [
    ...ordered.filter((one) => has(textOf(one))).map(entryOf),
    ...generalPages(person).filter(({ label }) => has(label)),
    ...ordered.flatMap((one) => pagesOf(one, person).filter(({ label }) => (words.length ? has(`${label} ${textOf(one)}`) : one.connection_id === here))),
  ];
  const entries = [...new Map(found.map((entry) => [entry.key, entry])).values()];
  return [...entries.slice(0, MOST), ...searches(typed.trim(), ordered, entries)];
}

// Where nothing has the typed name, or on the pages of a connection, it may be a student's.
function searches(typed, ordered, found) {
  if (!typed) return [];
  const few = ordered.slice(0, found.length > 0 ? 1 : MOST_SEARCHES);
  return few.map(({ connection_id: c, name }) => ({ key: `find ${c}`, label: PALETTE.find(typed, name), hint: "", find: typed, c }));
}

const textOf = ({ name, district, sis }) => [name, district, sis].join(" ");

function entryOf({ connection_id: c, name, district, sis }) {
  return { key: c, label: name, hint: [district, sis].filter(Boolean).join(" · "), to: href("/connections/{c}/runs", { c }) };
}

function pagesOf({ connection_id: c, name }, person) {
  return CONNECTION_TABS.filter((tab) => person.canConfigure || !("configures" in tab)).map(({ path, label }) => ({
    key: `${c} ${path}`,
    label: PALETTE.pageOf(label, name),
    hint: "",
    to: href(path, { c }),
  }));
}

function generalPages(person) {
  const pages = [
    { label: PALETTE.connections, to: href("/") },
    person.canConfigure && { label: PALETTE.newConnection, to: href("/new") },
    person.isOperator && { label: PALETTE.allDistricts, to: href("/overview") },
    person.canManagePeople && { label: PALETTE.people, to: href("/people") },
    person.isOperator && { label: PALETTE.providers, to: href("/providers") },
  ];
  return pages.filter(Boolean).map((page) => ({ key: page.to, hint: "", ...page }));
}
