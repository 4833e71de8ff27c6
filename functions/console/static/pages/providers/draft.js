// The draft of a provider in the dialog, and the body that the API takes.

const listed = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);
const groupsOf = (provider, role) => Object.entries(provider.group_roles).filter(([, one]) => one === role).map(([group]) => group).join(", ");

// `provider` is null for a new one.
export function draftOf(provider) {
  const stored = provider ?? { name: "", type: "oidc", districts: [], role: null, group_roles: {}, is_operator: false, local_accounts: true };
  const { name, type, is_operator, local_accounts, email_claim } = stored;
  const texts = ["issuer", "client_id", "metadata_url", "groups_claim", "tenant_claim", "tenant"];
  return {
    name, type, is_operator, local_accounts, email_claim,
    ...Object.fromEntries(texts.map((key) => [key, stored[key] ?? ""])),
    client_secret: "",
    metadata: "",
    role: stored.role ?? "",
    districts: stored.districts.join(", "),
    full: groupsOf(stored, "full_access"),
    limited: groupsOf(stored, "limited_access"),
  };
}

// The body of PUT /providers/{name}; empty texts are left out.
export function bodyOf(draft) {
  const { type, is_operator, local_accounts } = draft;
  const own = type === "oidc" ? ["issuer", "client_id", "client_secret"] : ["metadata_url", "metadata"];
  const texts = [...own, "email_claim", "groups_claim", "tenant_claim", "tenant"].map((key) => [key, draft[key]?.trim()]);
  const groups = [...listed(draft.limited).map((one) => [one, "limited_access"]), ...listed(draft.full).map((one) => [one, "full_access"])];
  return {
    type, is_operator, local_accounts,
    ...Object.fromEntries(texts.filter(([, text]) => text)),
    districts: listed(draft.districts),
    role: draft.role || null,
    group_roles: Object.fromEntries(groups),
  };
}
