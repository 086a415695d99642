// Die Datei zum Sichern und Mitnehmen: schreiben und streng lesen.
import { allWork, isEntry, NAME, writeWork } from "./storage.js";

/** @import { Entry } from "./storage.js" */

const FORMAT = "faltwerk";
const VERSION = 1;
const LARGEST_FILE = 5_000_000;

/** Warum eine Datei nicht gelesen wurde; der Text ist ein Satz für die Leserin. */
export class FileProblem extends Error {}

/**
 * Alles Gespeicherte als Text der Datei.
 * @param {Date} now
 */
export const exportText = (now) => {
  const work = Object.fromEntries([...allWork()].sort(([a], [b]) => (a < b ? -1 : 1)));
  const data = { format: FORMAT, version: VERSION, exported: now.toISOString(), work };
  return `${JSON.stringify(data, null, 1)}\n`;
};

/** @param {string} text */
const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    throw new FileProblem(
      "Die Datei ist kein lesbares JSON, vielleicht ist sie unvollständig. Nichts wurde geändert.",
    );
  }
};

/**
 * @param {[string, unknown]} pair
 * @returns {pair is [string, Entry]}
 */
const isNamedEntry = (pair) => NAME.test(pair[0]) && isEntry(pair[1]);

/**
 * Liest eine Datei, ohne etwas zu ändern.
 * @param {File} file
 * @param {Map<string, number[]>} known die Teile dieser Website mit ihren Lücken
 * @returns {Promise<{work: Map<string, Entry>, unknown: number}>} die Einträge bekannter Teile und
 *   wie viele zu keinem gehören
 * @throws {FileProblem}
 */
export const readFile = async (file, known) => {
  if (file.size > LARGEST_FILE)
    throw new FileProblem(
      "Die Datei ist größer als 5 MB und stammt deshalb nicht von dieser Seite. Nichts wurde geändert.",
    );
  const data = parse(await file.text());
  if (data?.format !== FORMAT || !Number.isInteger(data.version))
    throw new FileProblem(
      "Die Datei ist kein Export von »Mein Fortschritt«. Nichts wurde geändert.",
    );
  if (data.version > VERSION)
    throw new FileProblem(
      "Die Datei stammt aus einer neueren Fassung dieser Website. Laden Sie die Seite neu und " +
        "versuchen Sie es noch einmal; nichts wurde geändert.",
    );
  const keys = Object.keys(data).sort().join();
  /** @type {[string, unknown][]} */
  const found = Object.entries(data.work ?? {});
  const valid =
    data.version === VERSION &&
    keys === "exported,format,version,work" &&
    typeof data.exported === "string" &&
    found.every(isNamedEntry);
  if (!valid)
    throw new FileProblem(
      "Die Datei ist beschädigt oder von Hand verändert und lässt sich nicht übernehmen. Nichts " +
        "wurde geändert.",
    );
  /** @type {Map<string, Entry>} */
  const work = new Map();
  for (const [name, entry] of found) {
    const gaps = known.get(name);
    if (!gaps) continue;
    // Gehören die Urteile zu anderen Lücken, hat sich die Übung geändert; der Code bleibt brauchbar.
    const fits = entry.verdicts?.gaps.every(({ gap }) => gaps.includes(gap));
    work.set(name, fits ? entry : { ...entry, verdicts: null });
  }
  return { work, unknown: found.length - work.size };
};

/**
 * Die Teile, deren gespeicherten Code ein Import ersetzen würde.
 * @param {Map<string, Entry>} work
 */
export const replacedBy = (work) => {
  const current = allWork();
  return [...work]
    .filter(([name, { code }]) => (current.get(name)?.code ?? code) !== code)
    .map(([name]) => name);
};

/**
 * Übernimmt Einträge, alle oder keinen; gibt null oder einen Satz über das Problem zurück.
 * @param {Map<string, Entry>} work
 */
export const importWork = (work) => {
  const before = allWork();
  for (const [name, entry] of work) {
    const old = before.get(name);
    const replaced = old && old.code !== entry.code ? old.code : entry.previous;
    const problem = writeWork(name, { ...entry, previous: replaced });
    if (problem) {
      for (const done of work.keys()) writeWork(done, before.get(done) ?? null);
      return problem;
    }
  }
  return null;
};
