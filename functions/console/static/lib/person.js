// Who signed in, and what they may do: `permissions` of GET /me.

import { createContext, useContext } from "./html.js";

export const PersonContext = createContext(null);

// {name, role, can_run, can_configure, districts, is_operator}
export function usePerson() {
  return useContext(PersonContext);
}

export function personFrom(me) {
  const may = (permission) => me.permissions.includes(permission);
  const role = may("configure") ? "Full Access" : may("read") ? "Limited Access" : "No access";
  return {
    name: me.name,
    role,
    can_read: may("read"),
    can_run: may("run_exports"),
    can_configure: may("configure"),
    districts: me.districts,
    is_operator: me.is_operator,
  };
}
