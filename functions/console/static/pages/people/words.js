// The text of the page People.

export const PEOPLE = {
  title: "People",
  providers: "Sign-in providers",
  invite: "Invite a person",
  outOfDate: "The list could not be refreshed and may be out of date",
  none: "There are no people yet",
  notAllowed: "You can't manage people",
  notAllowedHint: "Ask someone with Full Access to your district.",
  person: "Person",
  role: "Role",
  districts: "Districts",
  allDistricts: "All",
  noDistricts: "None",
  state: "Status",
  lastSignIn: "Last sign-in",
  neverSignedIn: "Never",
  actions: "Actions",
  actionsFor: (name) => `Actions for ${name}`,
  you: "You",
  change: "Change",
};

export const ROLE = {
  limited: "Limited Access",
  limitedHint: "Views, previews and runs exports.",
  full: "Full Access",
  fullHint: "Also changes connections and mappings, and manages people.",
  none: "No role",
  noneHint: "Can sign in, but can't see anything.",
  operator: (role) => `Operator, ${role}`,
};

export const STATE = {
  invited: "Invited",
  active: "Active",
  passwordReset: "New password needed",
  off: "Turned off",
  notReady: "Not ready",
};

export const ACTION = {
  invitation: {
    label: "Send the invitation again",
    confirm: "Send",
    text: "A new email has a new temporary password. The earlier password no longer works.",
    done: "The invitation was sent.",
  },
  password: {
    label: "Reset the password",
    confirm: "Reset",
    text: "The current password stops working, and the person is signed out. They get an email with a code to set a new password.",
    done: "The password was reset.",
  },
  mfa: {
    label: "Reset one-time codes",
    confirm: "Reset",
    text: "Use this for a lost phone. The person is signed out, and sets up a new app at the next sign-in.",
    done: "One-time codes were reset.",
  },
  remove: {
    label: "Remove",
    confirm: "Remove",
    text: "The person is signed out and can no longer sign in. Pages they have open may still work for a few minutes.",
    done: "The person was removed.",
  },
  title: (label, name) => `${label}: ${name}?`,
};

export const FORM = {
  changeTitle: (name) => `Change ${name}`,
  inviteTitle: "Invite a person",
  cancel: "Cancel",
  save: "Save",
  send: "Send the invitation",
  changed: (name) => `${name} was changed and signed out.`,
  invited: (email) => `${email} was invited.`,
  inviteHint: "They get an email with a temporary password, which works for 7 days. They sign in with their email address.",
  email: "Email address",
  role: "Role",
  fromProvider: (provider) => `Signs in with an account of ${provider}, which sets the districts.`,
  operator: "Operator",
  operatorHint: "Can see every district.",
  enabled: "Can sign in",
  changeHint: "Any change signs the person out. Pages they have open may still work for a few minutes.",
  districts: "Districts",
  districtsHint: "Separate districts with commas. Enter them as in the settings of the connections.",
};
