// Which problems are shown. Nobody is blamed for a row that they are still writing: the ids in the editor's store
// `quiet` are of files and fields whose problems are not shown yet. Leaving a row shows its problems, Save shows all.

import { useEffect } from "../../../lib/html.js";

export const NOTHING_TO_TELL = new Set();

const PLACES = "[id^='row-'], [id^='settings-'], [id^='more-']"; // of a field, and the two of a file

// The ids of the files and fields that are new in `now` and have no name yet.
export function unfinished(before, now) {
  const fields = Object.keys(now.fields).filter((id) => !before.fields[id] && !now.fields[id].to);
  const files = now.order.filter((id) => !before.files[id] && !now.files[id].settings.name);
  return new Set([...files, ...fields]);
}

// Shows the problems of a row, or of a file's settings, when the focus leaves it; if a press takes the focus, then once
// it has ended: the problems would move the pressed button away from the pointer, and the press would be lost.
export function useShowsWhenLeft(editor) {
  useEffect(() => {
    let isPressed = false;
    const left = []; // ids, since the press began
    const control = new AbortController();
    const options = { capture: true, signal: control.signal };
    const press = ({ button }) => {
      if (button === 0) isPressed = true; // the menu of another button takes its release
    };
    const release = () => {
      if (!isPressed) return;
      isPressed = false;
      setTimeout(() => left.splice(0).forEach((id) => editor.wasLeft(id))); // after the click
    };
    const onLeave = ({ target, relatedTarget }) => {
      const place = target.closest(PLACES);
      if (!place || place.contains(relatedTarget)) return;
      const id = place.id.replace(/^[a-z]+-/, "");
      isPressed ? left.push(id) : editor.wasLeft(id);
    };
    addEventListener("pointerdown", press, options);
    addEventListener("pointerup", release, options);
    addEventListener("pointercancel", release, options);
    addEventListener("keydown", release, options); // the list of a select has taken the release
    addEventListener("focusout", onLeave, options);
    return () => control.abort();
  }, [editor]);
}

// The shown problems in the order of the page: [{file, field: an id or null, at, message}]; `file` is null for those
// of the whole mapping.
export function shownProblems({ problems }, quiet, draft) {
  const found = [];
  const add = (file, field, list = []) => found.push(...list.map(({ at, message }) => ({ file, field, at, message })));
  for (const file of draft.order) {
    if (!quiet.has(file)) add(file, null, problems.files[file]);
    for (const field of draft.files[file].fields) if (!quiet.has(field)) add(file, field, problems.fields[field]);
  }
  add(null, null, problems.others);
  return found;
}
