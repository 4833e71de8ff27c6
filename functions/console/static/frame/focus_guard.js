// Keeps the focus: when the focused element is removed, or a dialog closes whose button is gone, the
// heading of the nearest remaining container receives the focus.

import { useEffect } from "../lib/html.js";

const AROUND = "section, article, dialog, main";
const AFTER_MS = 100; // pages that move the focus themselves have done so by then

export function FocusGuard() {
  useEffect(() => {
    let around = []; // the last focused element and its ancestors
    const keep = () => {
      const [last] = around;
      if (document.activeElement !== document.body || !last || last.isConnected) return;
      const container = around.find((one) => one.isConnected && one.matches(AROUND));
      const heading = container?.querySelector("h1, h2, h3") ?? document.querySelector("h1");
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    const remember = ({ target }) => {
      around = [];
      for (let one = target; one; one = one.parentElement) around.push(one);
    };
    const watch = new MutationObserver(() => setTimeout(keep, AFTER_MS));
    watch.observe(document.body, { childList: true, subtree: true });
    addEventListener("focusin", remember);
    return () => {
      watch.disconnect();
      removeEventListener("focusin", remember);
    };
  }, []);
  return null;
}
