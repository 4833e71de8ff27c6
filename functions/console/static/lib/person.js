// The signed-in person and their permissions, from GET /me.

import { createContext, useContext } from "./html.js";
import { ROLES } from "./words.js";

export const PersonContext = createContext(null);

// {name, role, canRun, canOverride, canConfigure, canManagePeople, districts, isOperator}
export function usePerson() {
  return useContext(PersonContext);
}

export function personFrom(me) {
  const may = (permission) => me.permissions.includes(permission);
  const role = may("configure") ? ROLES.full : may("read") ? ROLES.limited : ROLES.none;
  return {
    name: me.name,
    role,
    canRead: may("read"),
    canRun: may("run_exports"),
    canOverride: may("override"),
    canConfigure: may("configure"),
    canManagePeople: may("manage_people"),
    districts: me.districts,
    isOperator: me.is_operator,
  };
}
