// Keeps a list that opens at a control inside the window: below the control, or above it where more fits there.

import { useLayoutEffect } from "../html.js";

const GAP = 4;
const EDGE = 8; // of the window

// `anchor` and `list` are refs; the list has `position: fixed`. `end`: its right edge is at the
// control's, where the control is in the right half of the window.
export function useFloating(isOpen, anchor, list, { end = false } = {}) {
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const settle = (event) => event?.target !== list.current && put(list.current, anchor.current.getBoundingClientRect(), end);
    settle();
    addEventListener("scroll", settle, { capture: true, passive: true });
    addEventListener("resize", settle);
    return () => {
      removeEventListener("scroll", settle, { capture: true });
      removeEventListener("resize", settle);
    };
  }); // after each render, because the list may have become longer
}

function put(list, at, end) {
  const { style } = list;
  style.maxHeight = "";
  const below = innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const isAbove = list.offsetHeight > below && above > below;
  style.maxHeight = `${Math.min(list.offsetHeight, Math.max(isAbove ? above : below, 0))}px`;
  const left = end && at.right > innerWidth / 2 ? at.right - list.offsetWidth : at.left;
  style.left = `${Math.max(EDGE, Math.min(left, document.documentElement.clientWidth - EDGE - list.offsetWidth))}px`;
  style.top = `${isAbove ? at.top - GAP - list.offsetHeight : at.bottom + GAP}px`;
}
