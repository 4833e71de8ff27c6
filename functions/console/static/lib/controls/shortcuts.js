// Keyboard shortcuts: Ctrl, or Cmd on a Mac, and a letter.

import { useEffect, useRef } from "../html.js";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

// "Ctrl+K", or "⌘K" on a Mac
export const shortcutText = (letter) => (IS_MAC ? `⌘${letter}` : `Ctrl+${letter}`);

// Calls `act` instead of what the browser does; not while a dialog is open.
export function useShortcut(letter, act) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event) => {
      const isOurs = (IS_MAC ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
      if (!isOurs || event.key.toLowerCase() !== letter) return;
      event.preventDefault();
      if (!event.repeat && !document.querySelector("dialog[open]")) latest.current();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
