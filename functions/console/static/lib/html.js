// The only import of the library: templates, components and hooks.

// @ts-types="../../vendor.d.ts"
import htm from "../vendor/htm.js";
// @ts-types="../../vendor.d.ts"
import { Fragment, createContext, h, render } from "../vendor/preact.js";

export const html = htm.bind(h);
export { Fragment, createContext, render };
// @ts-types="../../vendor.d.ts"
export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../vendor/hooks.js";
