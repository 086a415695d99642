// Was in diesem Browser aufgehoben wird: ein Eintrag je Teil einer Übung.
//
// Ein Eintrag ist {code, stub, previous, verdicts}: der Code, der Fingerabdruck des Rumpfes, von dem
// er ausging, der zuletzt ersetzte Code oder null, und die letzten Urteile oder null. Urteile sind
// {code, gaps} mit dem Fingerabdruck des beurteilten Codes.

/**
 * @import { Verdict } from "../../runtime/messages.js"
 *
 * @typedef {{
 *   code: string,
 *   stub: string,
 *   previous: string | null,
 *   verdicts: { code: string, gaps: Verdict[] } | null,
 * }} Entry
 */

// Mehrere Kurse können sich eine Herkunft teilen; ihr Ordner hält sie auseinander.
const PREFIX = `faltwerk1:${new URL("../..", import.meta.url).pathname}:`;

/** @type {unknown[]} */
const STATUSES = ["correct", "wrong", "open", "untested"];
export const NAME = /^[A-Za-z_]\w*\.[A-Za-z_]\w*$/;
export const LONGEST_CODE = 200_000;
export const LONGEST_MESSAGE = 20_000;

const FULL =
  "Der Speicher, den Ihr Browser dieser Website gibt, ist voll: Ihre letzten Änderungen sind nicht " +
  "gespeichert. Laden Sie Ihren Code als .py herunter.";
const FORBIDDEN =
  "Ihr Browser lässt diese Website nichts speichern: Ihr Code geht verloren, wenn Sie die Seite " +
  "schließen. Laden Sie ihn vorher als .py herunter.";

/**
 * Ein kurzer Fingerabdruck (FNV-1a); er erkennt Änderungen und hält keine Angriffe ab.
 * @param {string} text
 */
export const fingerprint = (text) => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length.toString(36)}-${(hash >>> 0).toString(36)}`;
};

/**
 * @param {unknown} value
 * @returns {value is object}
 */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @template {string} K
 * @param {unknown} value
 * @param {K[]} keys
 * @returns {value is Record<K, unknown>}
 */
const hasKeys = (value, keys) =>
  isObject(value) && Object.keys(value).sort().join() === [...keys].sort().join();

/**
 * @param {unknown} value
 * @param {number} longest
 * @returns {value is string}
 */
const isText = (value, longest) => typeof value === "string" && value.length <= longest;

/** @param {unknown} value */
const isVerdict = (value) =>
  hasKeys(value, ["gap", "status", "message", "line"]) &&
  Number.isInteger(value.gap) &&
  STATUSES.includes(value.status) &&
  isText(value.message, LONGEST_MESSAGE) &&
  (value.line === null || Number.isInteger(value.line));

/**
 * Ob ein Wert genau die Form eines Eintrags hat.
 * @param {unknown} value
 * @returns {value is Entry}
 */
export const isEntry = (value) =>
  hasKeys(value, ["code", "stub", "previous", "verdicts"]) &&
  isText(value.code, LONGEST_CODE) &&
  isText(value.stub, 40) &&
  (value.previous === null || isText(value.previous, LONGEST_CODE)) &&
  (value.verdicts === null ||
    (hasKeys(value.verdicts, ["code", "gaps"]) &&
      isText(value.verdicts.code, 40) &&
      Array.isArray(value.verdicts.gaps) &&
      value.verdicts.gaps.length <= 200 &&
      value.verdicts.gaps.every(isVerdict)));

const store = () => {
  // Schon der Zugriff scheitert, wenn der Browser das Speichern verbietet.
  try {
    return window.localStorage;
  } catch {
    return null;
  }
};

/**
 * @param {string} text
 * @returns {Entry | null}
 */
const parsed = (text) => {
  try {
    const value = JSON.parse(text);
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
};

/**
 * Der Eintrag zu ``übung.teil`` oder null.
 * @param {string} name
 */
export const readWork = (name) => {
  try {
    return parsed(store()?.getItem(PREFIX + name) ?? "");
  } catch {
    return null;
  }
};

/** Alle Einträge als Map von ``übung.teil`` auf den Eintrag. */
export const allWork = () => {
  /** @type {Map<string, Entry>} */
  const work = new Map();
  const keys = Object.keys(store() ?? {}).filter((key) => key.startsWith(PREFIX));
  for (const key of keys) {
    const name = key.slice(PREFIX.length);
    const entry = NAME.test(name) ? readWork(name) : null;
    if (entry) work.set(name, entry);
  }
  return work;
};

/**
 * Speichert einen Eintrag, null löscht ihn; gibt null oder einen Satz über das Problem zurück.
 * @param {string} name
 * @param {Entry | null} entry
 */
export const writeWork = (name, entry) => {
  const target = store();
  if (!target) return FORBIDDEN;
  try {
    if (entry === null) target.removeItem(PREFIX + name);
    else target.setItem(PREFIX + name, JSON.stringify(entry));
    return null;
  } catch (error) {
    const full = error instanceof Error && error.name === "QuotaExceededError";
    return full && target.length ? FULL : FORBIDDEN;
  }
};

/**
 * Ruft ``listener(name)``, wenn ein anderes Fenster etwas ändert; ohne Namen, wenn alles.
 * @param {(name: string | null) => void} listener
 */
export const watchOtherWindows = (listener) => {
  window.addEventListener("storage", ({ key }) => {
    if (key === null) listener(null);
    else if (key.startsWith(PREFIX)) listener(key.slice(PREFIX.length));
  });
};
