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

async function start(files) {
  self.fetch = fetchFrom(files);
  const pyodide = await loadPyodide({
    indexURL: new URL(".", self.location.href).href,
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  });
  await pyodide.loadPackage("numpy", { messageCallback() {}, errorCallback() {} });
  pyodide.unpackArchive(files["kurs.zip"], "zip", { extractDir: COURSE });
  const check = pyodide.runPython(`
    import sys
    from pathlib import Path

    sys.path.insert(0, "${COURSE}")
    from faltwerk.browser import Checker

    Checker(Path("${COURSE}")).check
  `);
  // Eine Abgabe soll Python benutzen, nicht die Seite.
  pyodide.unregisterJsModule("js");
  pyodide.unregisterJsModule("pyodide_js");
  return check;
}

let check = null;

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") {
      check = await start(data.files);
      send({ kind: "ready" });
    } else {
      send({ kind: "running" });
      send({ kind: "done", outcome: JSON.parse(check(data.exercise, data.part, data.source)) });
    }
  } catch (error) {
    send({ kind: "broken", reason: String(error?.message ?? error) });
  }
};
