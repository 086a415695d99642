// Der Arbeitsfaden, in dem Python läuft. Die Seite schickt ihm zuerst alle Dateien und danach
// einzelne Aufträge; beendet wird er nur von außen.
"use strict";

importScripts("pyodide.js");

/**
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {import("./messages.js").Order} Order
 * @typedef {import("./messages.js").Start} Start
 */

const COURSE = "/kurs";
// Was Python verändern könnte, wird vorher beiseitegelegt.
const post = self.postMessage.bind(self);

/** @param {Answer} answer */
const send = (answer) => post(answer);

/** @param {ArrayBuffer} bytes */
const unpacked = (bytes) => new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));

/**
 * Pyodide holt seine Dateien mit fetch; hier bekommt es die, die schon da sind.
 * @param {Start["files"]} files
 * @returns {typeof fetch}
 */
const fetchFrom = (files) => async (resource) => {
  const url = resource instanceof Request ? resource.url : String(resource);
  const name = url.split("/").pop() ?? "";
  const plain = files[name];
  if (plain) return new Response(plain);
  const packed = files[`${name}.gzip`];
  if (!packed) return new Response(null, { status: 404 });
  return new Response(unpacked(packed), { headers: { "Content-Type": "application/wasm" } });
};

/**
 * Ein schon übersetztes Python gibt die Seite dem nächsten Faden mit: Er startet schneller.
 * @param {Start["module"]} compiled
 */
const reuse = (compiled) => {
  const original = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (response, imports) => {
    WebAssembly.instantiateStreaming = original;
    const module = compiled ?? (await WebAssembly.compileStreaming(response));
    compiled = module;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  return () => compiled;
};

/** @param {Start} order */
const start = async ({ files, module }) => {
  self.fetch = fetchFrom(files);
  const compiled = reuse(module);
  const pyodide = await loadPyodide({
    indexURL: new URL(".", self.location.href).href,
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  });
  await pyodide.loadPackage("numpy", { messageCallback() {}, errorCallback() {} });
  const course = /** @type {ArrayBuffer} */ (files["kurs.zip"]);
  pyodide.unpackArchive(course, "zip", { extractDir: COURSE });
  // Eine Abgabe soll Python benutzen, nicht die Seite.
  for (const name of ["js", "pyodide_js"]) pyodide.unregisterJsModule(name);
  checker = pyodide.runPython(`
    import sys
    from pathlib import Path

    for name in ("js", "pyodide_js"):
        sys.modules.pop(name, None)
    sys.path.insert(0, "${COURSE}")
    from faltwerk.run.browser import Checker

    Checker(Path("${COURSE}"))
  `);
  memory = () => pyodide._module.HEAPU8.byteLength;
  return compiled();
};

/** @type {{prepare(exercise: string): void, check(...request: string[]): string} | null} */
let checker = null;
let memory = () => 0;

self.onmessage = async (/** @type {MessageEvent<Order>} */ { data }) => {
  try {
    if (data.kind === "start") {
      send({ kind: "ready", module: await start(data) });
    } else {
      if (!checker) throw new Error("Der Auftrag kam vor den Dateien.");
      checker.prepare(data.exercise);
      send({ kind: "running" });
      const answer = checker.check(data.exercise, data.part, data.source);
      send({ kind: "done", outcome: JSON.parse(answer), memory: memory() });
    }
  } catch (error) {
    // Was aus WebAssembly kommt, ist nicht immer ein Error.
    const reason = error instanceof Object && "message" in error ? error.message : error;
    send({ kind: "broken", reason: String(reason) });
  }
};
