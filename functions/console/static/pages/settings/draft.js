// A connection under edit: the texts of its fields, and new secrets.

// A secret is undefined (the stored one stays), null (remove it) or a new text. No response contains
// secrets, so the fields start empty.
export const NO_SECRETS = { password: undefined, private_key: undefined, passphrase: undefined };

export function draftOf(connection) {
  return { ...connection, port: String(connection.port), guards: texts(connection.guards), secrets: NO_SECRETS };
}

// In the API's shape, without secrets.
export function definitionOf({ secrets: _, ...draft }) {
  return withoutHidden({ ...draft, port: wholeNumber(draft.port), guards: numbers(draft.guards) });
}

// The form of a download hides the server, so earlier input about one is not sent.
export function withoutHidden(definition) {
  if (definition.delivery === "sftp") return definition;
  const { host, port, username, host_keys, ...others } = definition;
  return others;
}

// The secrets to send; a passphrase only together with its key.
export function secretsOf({ delivery, secrets: { password, private_key, passphrase } }) {
  if (delivery === "download") return {};
  return {
    ...(password !== undefined && { password }),
    ...(private_key !== undefined && { private_key }),
    ...(private_key && passphrase && { passphrase }),
  };
}

// The same for a stored connection. On another server the password must be entered again: where none is saved, there is
// nothing to enter.
export function secretsFor(draft, stored) {
  const secrets = secretsOf(draft);
  const hasNone = stored.sign_in?.has_password === false && draft.delivery === "sftp" && isAnotherServer(draft, stored);
  return hasNone ? { password: null, ...secrets } : secrets;
}

// The fields of the draft that differ from the stored connection.
export function changesOf(draft, stored) {
  const definition = definitionOf(draft);
  const changed = Object.keys(definition).filter(
    (name) => JSON.stringify(definition[name]) !== JSON.stringify(stored[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, definition[name]]));
}

export function isAnotherAddress(draft, stored) {
  const plain = ({ host, port }) => `${host.trim().toLowerCase().replace(/\.$/, "")}:${port}`;
  return plain(draft) !== plain(stored);
}

// Whether the sign-in must be entered again, because a stored password never goes to another server or
// account. The first host key and fewer keys are the same server.
export function isAnotherServer(draft, stored) {
  const known = stored.host_keys;
  const wanted = draft.host_keys ?? known;
  const isKnown = wanted.length > 0 && wanted.every((key) => known.includes(key));
  return isAnotherAddress(draft, stored) || draft.username !== stored.username || (known.length > 0 && !isKnown);
}

// The folder's real name: "SISData/exports/2026".
export function folderOf(template, school_year) {
  return template
    .replaceAll("{school_year}", school_year)
    .replaceAll("{school_year_end}", school_year + 1)
    .replace(/\/+$/, "");
}

// A school year starts on July 1, as in Enroll.
export function currentSchoolYear(today = new Date()) {
  return today.getMonth() >= 6 ? today.getFullYear() : today.getFullYear() - 1;
}

export function wholeNumber(text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : text; // the API reports what is wrong with it
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
