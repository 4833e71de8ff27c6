// The part of the libraries that the console uses, for the type check.

type Update<T> = (value: T | ((before: T) => T)) => void;
type Inputs = readonly unknown[];

export function h(type: unknown, props: unknown, ...children: unknown[]): any;
export function render(node: any, parent: Element): void;
export const Fragment: any;
export function createContext<T = any>(value: T): { Provider: any; Consumer: any };

export function useState<T = any>(initial: T | (() => T)): [T, Update<T>];
export function useRef<T = any>(initial: T): { current: T };
export function useEffect(effect: () => void | (() => void), inputs?: Inputs): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: Inputs): void;
export function useMemo<T>(make: () => T, inputs: Inputs): T;
export function useCallback<T extends Function>(callback: T, inputs: Inputs): T;
export function useContext(context: unknown): any;
export function useId(): string;
export function useErrorBoundary(callback: (error: unknown) => void): [any, () => void];

declare const htm: { bind(create: typeof h): (texts: TemplateStringsArray, ...values: any[]) => any };
export default htm;

export function dsvFormat(delimiter: string): {
  parseRows(text: string): string[][];
  formatRows(rows: readonly (readonly string[])[]): string;
};
