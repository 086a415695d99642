// Der Arbeitsfaden, in dem Python läuft. Die Seite schickt ihm zuerst alle Dateien und danach
// einzelne Aufträge; beendet wird er nur von außen.
"use strict";

importScripts("pyodide.js");

const COURSE = "/kurs";
// Was Python verändern könnte, wird vorher beiseitegelegt.
const send = self.postMessage.bind(self);

function unpacked(bytes) {
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
}

// Pyodide holt seine Dateien mit fetch; hier bekommt es die, die schon da sind.
function fetchFrom(files) {
  return async (resource) => {
    const name = String(resource.url ?? resource).split("/").pop();
    if (files[name]) {
      return new Response(files[name]);
    }
    if (files[`${name}.gzip`]) {
      const headers = { "Content-Type": "application/wasm" };
      return new Response(unpacked(files[`${name}.gzip`]), { headers });
    }
    return new Response(null, { status: 404 });
  };
}

// Ein schon übersetztes Python gibt die Seite dem nächsten Faden mit: Er startet schneller.
function reuse(compiled) {
  const original = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (response, imports) => {
    WebAssembly.instantiateStreaming = original;
    if (!compiled) {
      compiled = await WebAssembly.compileStreaming(response);
    }
    return { module: compiled, instance: await WebAssembly.instantiate(compiled, imports) };
  };
  return () => compiled;
}

async function start({ files, module }) {
  self.fetch = fetchFrom(files);
  const compiled = reuse(module);
  const pyodide = await loadPyodide({
    indexURL: new URL(".", self.location.href).href,
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  });
  await pyodide.loadPackage("numpy", { messageCallback() {}, errorCallback() {} });
  pyodide.unpackArchive(files["kurs.zip"], "zip", { extractDir: COURSE });
  // Eine Abgabe soll Python benutzen, nicht die Seite.
  for (const name of ["js", "pyodide_js"]) {
    pyodide.unregisterJsModule(name);
  }
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
}

let checker = null;
let memory = null;

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") {
      send({ kind: "ready", module: await start(data) });
    } else {
      checker.prepare(data.exercise);
      send({ kind: "running" });
      const answer = checker.check(data.exercise, data.part, data.source);
      send({ kind: "done", outcome: JSON.parse(answer), memory: memory() });
    }
  } catch (error) {
    send({ kind: "broken", reason: String(error?.message ?? error) });
  }
};
