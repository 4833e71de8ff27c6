// The people that the signed-in person may manage.

import { getAll, post, put, remove } from "../../lib/api.js";
import { ROLE, STATE } from "./words.js";

export const ROLES = [
  { value: "limited_access", label: ROLE.limited, hint: ROLE.limitedHint },
  { value: "full_access", label: ROLE.full, hint: ROLE.fullHint },
];

const STATES = {
  invited: { label: STATE.invited, tone: "calm" },
  active: { label: STATE.active, tone: "good" },
  password_reset: { label: STATE.passwordReset, tone: "warn" },
};

export const readPeople = (options) => getAll("people", options);
export const invitePerson = (body) => post("people", body);
export const changePerson = (person, body) => put(pathOf(person), body);
export const removePerson = (person) => remove(pathOf(person));

// what: "invitation", "password-reset" or "mfa-reset"
export const askFor = (person, what) => post(`${pathOf(person)}/${what}`);

export function roleText({ role, is_operator }) {
  const name = ROLES.find((one) => one.value === role)?.label ?? ROLE.none;
  return is_operator ? ROLE.operator(name) : name;
}

export function stateOf({ state, enabled }) {
  if (!enabled) return { label: STATE.off, tone: "bad" };
  return STATES[state] ?? { label: STATE.notReady, tone: "warn" };
}

function pathOf({ person_id }) {
  return `people/${encodeURIComponent(person_id)}`;
}
