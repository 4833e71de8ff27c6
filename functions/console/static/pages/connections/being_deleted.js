// The card of a connection that is being deleted: when, by whom, and how to take that back.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { toast } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";
import { DeletionNotice } from "../../frame/deletion_notice.js";
import { DELETE } from "./words.js";

export function BeingDeleted({ connection, reload }) {
  const person = usePerson();
  const action = useAction(async () => {
    await post(pathOf(connection.connection_id, "restore"));
    toast(DELETE.takenBack(connection.name));
    reload();
  });
  return html`<${DeletionNotice} connection=${connection} />
    <${ErrorNotice} error=${action.error} />
    ${person.canConfigure &&
    html`<p><${Button} busy=${action.busy} onClick=${() => action.run()}>${DELETE.takeBack}<//></p>`}`;
}
