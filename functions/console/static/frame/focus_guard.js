// The focus is not lost: when what has it goes from the page, or a dialog closes whose button has
// gone, the heading of what is around takes it.

import { useEffect } from "../lib/html.js";

const AROUND = "section, article, dialog, main";
const AFTER_MS = 100; // a page that leads it somewhere itself has done so by then

export function FocusGuard() {
  useEffect(() => {
    let around = []; // what had it last, and all that this stood in
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
