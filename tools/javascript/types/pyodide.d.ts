import type { loadPyodide as load, PyodideInterface } from "pyodide";

type Options = NonNullable<Parameters<typeof load>[0]>;

declare global {
  // Kommt in den Typen vor, aber in keinem Arbeitsfaden.
  type HTMLCanvasElement = never;
  // pyodide.js legt die Funktion als globalen Namen an. Zweierlei fehlt in seinen Typen: null beendet
  // die Eingabe, und in _module liegt der Speicher.
  const loadPyodide: (
    options: Omit<Options, "stdin"> & { stdin: () => string | null },
  ) => Promise<PyodideInterface & { _module: { HEAPU8: Uint8Array } }>;
}
