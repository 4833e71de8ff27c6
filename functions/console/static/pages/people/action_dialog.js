// Asks before an action on a person: a new invitation, a reset, the removal.

import { useAction } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { askFor, removePerson } from "../../lib/people.js";
import { toast } from "../../components/announce.js";
import { ConfirmDialog } from "../../components/dialog.js";

export const ACTIONS = {
  invitation: {
    label: "Send the invitation again",
    confirm: "Send",
    text: "The mail has a new first password; the earlier one ends.",
    done: "The invitation was sent.",
    act: (person) => askFor(person, "invitation"),
  },
  password: {
    label: "Reset the password",
    confirm: "Reset",
    text: "The password ends, and the person is signed out. A mail has a code, with which the person chooses a new one.",
    done: "The password was reset.",
    act: (person) => askFor(person, "password-reset"),
  },
  mfa: {
    label: "Reset one-time codes",
    confirm: "Reset",
    text: "For a lost phone: the person is signed out, and sets up a new app at the next sign-in.",
    done: "One-time codes were reset.",
    act: (person) => askFor(person, "mfa-reset"),
  },
  remove: {
    label: "Remove",
    confirm: "Remove",
    danger: true,
    text: "The person is signed out and can no longer sign in. What was opened before may still work for some minutes.",
    done: "The person was removed.",
    act: removePerson,
  },
};

// action: a name of ACTIONS
export function ActionDialog({ action, person, onClose, onDone }) {
  const { label, confirm, danger, text, done, act } = ACTIONS[action];
  const running = useAction(async () => {
    await act(person);
    toast(done);
    onDone();
    onClose();
  });
  return html`<${ConfirmDialog} title=${`${label}: ${person.person_id}?`} confirm=${confirm} danger=${danger} action=${running} onClose=${onClose}>
    <p>${text}</p>
  <//>`;
}
