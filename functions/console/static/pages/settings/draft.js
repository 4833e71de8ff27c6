// A connection while it is being written: texts as they stand in the fields, and new secrets.

// Secrets are undefined (what is stored stays), null (it is removed) or a new text. They are never
// filled from an answer: there is none that has them.
export const NO_SECRETS = { password: undefined, private_key: undefined, passphrase: undefined };

export function draftOf(connection) {
  return { ...connection, port: String(connection.port), guards: texts(connection.guards), secrets: NO_SECRETS };
}

// As the API takes it, without secrets.
export function definitionOf({ secrets: _, ...draft }) {
  return withoutHidden({ ...draft, port: wholeNumber(draft.port), guards: numbers(draft.guards) });
}

// A download's form has no server: what was written of one before is not sent, mistakes and all.
export function withoutHidden(definition) {
  if (definition.delivery === "sftp") return definition;
  const { host, port, username, host_keys, ...others } = definition;
  return others;
}

// The secrets that are sent along; a passphrase only with its key.
export function secretsOf({ delivery, secrets: { password, private_key, passphrase } }) {
  if (delivery === "download") return {};
  return {
    ...(password !== undefined && { password }),
    ...(private_key !== undefined && { private_key }),
    ...(private_key && passphrase && { passphrase }),
  };
}

// The fields of the draft that are another than what is stored.
export function changesOf(draft, stored) {
  const definition = definitionOf(draft);
  const changed = Object.keys(definition).filter(
    (name) => JSON.stringify(definition[name]) !== JSON.stringify(stored[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, definition[name]]));
}

// Whether the sign-in is demanded again: a stored password never goes to another server.
export function isAnotherServer(draft, stored) {
  const plain = (host) => host.trim().toLowerCase().replace(/\.$/, "");
  return plain(draft.host) !== plain(stored.host);
}

// The folder as it will be called: "SISData/exports/2026".
export function folderOf(template, school_year) {
  return template
    .replaceAll("{school_year}", school_year)
    .replaceAll("{school_year_end}", school_year + 1)
    .replace(/\/+$/, "");
}

// A school year changes on 1 July, as Enroll's does.
export function currentSchoolYear(today = new Date()) {
  return today.getMonth() >= 6 ? today.getFullYear() : today.getFullYear() - 1;
}

export function wholeNumber(text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : text; // the API says what is wrong with it
}

function texts(guards) {
  return mapGuards(guards, (value) => String(value));
}

function numbers(guards) {
  return mapGuards(guards, wholeNumber);
}

function mapGuards(guards, change) {
  const inside = (guard) =>
    Object.entries(guard).map(([name, value]) => [name, name === "action" ? value : change(value)]);
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [name, Object.fromEntries(inside(guard))]),
  );
}
