// The actions of the mapping: older versions, YAML, package, a new start.

import { html, useState } from "../../lib/html.js";
import { useStore } from "../../lib/store.js";
import { Dialog } from "../../components/dialog.js";
import { Menu } from "../../components/menu.js";
import { useEditor } from "./editor.js";
import { PackageDialog } from "./files/package_dialog.js";
import { PACKAGE } from "./labels.js";
import { CopyDialog } from "./saving/copy_dialog.js";
import { VersionsDialog } from "./saving/versions_dialog.js";
import { Start } from "./start.js";
import { ExportYaml, ImportYaml } from "./yaml_dialogs.js";
import { MENU } from "./words.js";

export function MappingMenu({ connection }) {
  const editor = useEditor();
  const { version } = useStore(editor.base);
  const [dialog, setDialog] = useState(null);
  const onClose = () => setDialog(null);
  const c = connection.connection_id;
  const items = [
    version > 0 && { label: MENU.versions, onSelect: () => setDialog("versions") },
    editor.canEdit && { label: MENU.copy, onSelect: () => setDialog("copy") },
    { label: MENU.exportYaml, onSelect: () => setDialog("export") },
    editor.canEdit && { label: MENU.importYaml, onSelect: () => setDialog("import") },
    editor.canEdit && { label: PACKAGE.package, onSelect: () => setDialog("package") },
    editor.canEdit && { label: MENU.start, onSelect: () => setDialog("start") },
  ];
  return html`<${Menu} label=${MENU.name} text=${MENU.text} icon="more" items=${items} />
    ${dialog === "versions" && html`<${VersionsDialog} connection=${connection} onClose=${onClose} />`}
    ${dialog === "copy" && html`<${CopyDialog} c=${c} onClose=${onClose} />`}
    ${dialog === "export" && html`<${ExportYaml} c=${c} onClose=${onClose} />`}
    ${dialog === "import" && html`<${ImportYaml} c=${c} onClose=${onClose} />`}
    ${dialog === "package" && html`<${PackageDialog} onClose=${onClose} />`}
    ${dialog === "start" &&
    html`<${Dialog} title=${MENU.start} onClose=${onClose} wide>
      <p>${MENU.startNote}</p>
      <${Start} connection=${connection} onStarted=${onClose} />
    <//>`}`;
}
