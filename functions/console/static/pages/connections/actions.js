// The menu of a connection, and the dialogs that it opens.

import { get, pathOf } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { Menu } from "../../components/menu.js";
import { ErrorNotice } from "../../components/states.js";
import { ExportDialog } from "../../shared/export/dialog.js";
import { DeleteDialog } from "./delete_dialog.js";
import { DownloadDialog } from "./download_dialog.js";
import { MENU } from "./words.js";

export function ConnectionActions({ connection, reload, onRequested }) {
  const [open, setOpen] = useState(null); // {dialog, connection: with all settings, as they are now}
  const opening = useAction(async (dialog) => setOpen({ dialog, connection: await get(pathOf(connection.connection_id)) }));
  const close = () => {
    setOpen(null);
    reload();
  };
  const dialog = { connection: open?.connection, onClose: close };
  return html`<${ConnectionMenu} connection=${connection} onOpen=${opening.run} />
    <${ErrorNotice} error=${opening.error} />
    ${open?.dialog === "export" && html`<${ExportDialog} ...${dialog} onRequested=${() => onRequested(connection.connection_id)} />`}
    ${open?.dialog === "download" && html`<${DownloadDialog} ...${dialog} />`}
    ${open?.dialog === "delete" && html`<${DeleteDialog} ...${dialog} onDeleted=${reload} />`}`;
}

function ConnectionMenu({ connection, onOpen }) {
  const person = usePerson();
  const { connection_id: c, name, deletion } = connection;
  const page = (label, path) => ({ label, href: href(path, { c }) });
  const items = [
    person.canRun && !deletion && { label: MENU.exportStudents, onSelect: () => onOpen("export") },
    page(MENU.mapping, "/connections/{c}/mapping"),
    !deletion && page(MENU.check, "/connections/{c}/check"),
    !deletion && page(MENU.schedule, "/connections/{c}/schedule"),
    page(MENU.history, "/connections/{c}/runs"),
    page(MENU.students, "/connections/{c}/students"),
    { label: MENU.download, onSelect: () => onOpen("download") },
    person.canConfigure && !deletion && page(MENU.edit, "/connections/{c}/settings"),
    person.canConfigure && { label: MENU.copy, href: href("/new", {}, { from: c }) },
    person.canConfigure && { label: deletion ? MENU.removeLater : MENU.remove, danger: true, onSelect: () => onOpen("delete") },
  ];
  return html`<${Menu} label=${MENU.label(name)} items=${items} />`;
}
