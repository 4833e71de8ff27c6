// The people that the signed-in person may manage.

import { getAll, post, put, remove } from "./api.js";

export const ROLES = [
  { value: "limited_access", label: "Limited Access", hint: "Reads, previews and runs exports." },
  { value: "full_access", label: "Full Access", hint: "Also changes connections and mappings, and manages people." },
];

const STATES = {
  invited: { label: "Invited", tone: "calm" },
  active: { label: "Active", tone: "good" },
  password_reset: { label: "New password needed", tone: "warn" },
};

export const readPeople = (options) => getAll("people", options);
export const invitePerson = (body) => post("people", body);
export const changePerson = (person, body) => put(pathOf(person), body);
export const removePerson = (person) => remove(pathOf(person));

// what: "invitation", "password-reset" or "mfa-reset"
export const askFor = (person, what) => post(`${pathOf(person)}/${what}`);

export function roleText({ role, is_operator }) {
  const name = ROLES.find((one) => one.value === role)?.label ?? "No role";
  return is_operator ? `Operator, ${name}` : name;
}

export function stateOf({ state, enabled }) {
  if (!enabled) return { label: "Switched off", tone: "bad" };
  return STATES[state] ?? { label: "Not ready", tone: "warn" };
}

function pathOf({ person_id }) {
  return `people/${encodeURIComponent(person_id)}`;
}
