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

export function MappingMenu({ connection }) {
  const editor = useEditor();
  const { version } = useStore(editor.base);
  const [dialog, setDialog] = useState(null);
  const onClose = () => setDialog(null);
  const c = connection.connection_id;
  const items = [
    version > 0 && { label: "Older versions", onSelect: () => setDialog("versions") },
    editor.canEdit && { label: "Copy from another connection", onSelect: () => setDialog("copy") },
    { label: "Export as YAML", onSelect: () => setDialog("export") },
    editor.canEdit && { label: "Import YAML", onSelect: () => setDialog("import") },
    editor.canEdit && { label: PACKAGE.package, onSelect: () => setDialog("package") },
    editor.canEdit && { label: "Start from a ready-made mapping", onSelect: () => setDialog("start") },
  ];
  return html`<${Menu} label="Actions of the mapping" text="Mapping" icon="more" items=${items} />
    ${dialog === "versions" && html`<${VersionsDialog} connection=${connection} onClose=${onClose} />`}
    ${dialog === "copy" && html`<${CopyDialog} c=${c} onClose=${onClose} />`}
    ${dialog === "export" && html`<${ExportYaml} c=${c} onClose=${onClose} />`}
    ${dialog === "import" && html`<${ImportYaml} c=${c} onClose=${onClose} />`}
    ${dialog === "package" && html`<${PackageDialog} onClose=${onClose} />`}
    ${dialog === "start" &&
    html`<${Dialog} title="Start from a ready-made mapping" onClose=${onClose} wide>
      <p>It takes the place of what is in the editor, which is not saved by it; Undo brings yours back.</p>
      <${Start} c=${c} onStarted=${onClose} />
    <//>`}`;
}
