// Asks before an action on a person: a new invitation, a reset, the removal.

import { useAction } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { toast } from "../../components/announce.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { askFor, removePerson } from "./people.js";
import { ACTION } from "./words.js";

export const ACTIONS = {
  invitation: { ...ACTION.invitation, danger: false, act: (person) => askFor(person, "invitation") },
  password: { ...ACTION.password, danger: false, act: (person) => askFor(person, "password-reset") },
  mfa: { ...ACTION.mfa, danger: false, act: (person) => askFor(person, "mfa-reset") },
  remove: { ...ACTION.remove, danger: true, act: removePerson },
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
  return html`<${ConfirmDialog} title=${ACTION.title(label, person.person_id)} confirm=${confirm} danger=${danger} action=${running} onClose=${onClose}>
    <p>${text}</p>
  <//>`;
}
