// Das Python der Seite: Alle Kästen teilen sich eines, geladen wird es beim ersten Gebrauch.

/**
 * @import { Outcome, Request } from "../../runtime/messages.js"
 * @import { Phase, PythonRunner } from "./python-runner.js"
 */

const FAILED =
  "Der Teil der Website, der Python ausführt, ließ sich nicht laden. Prüfen Sie die Verbindung " +
  "und versuchen Sie es noch einmal; hilft das nicht, laden Sie die Seite neu.";
const BUSY = "Ein anderer Kasten rechnet noch. Warten Sie auf sein Ergebnis oder stoppen Sie ihn.";

export class Python {
  /** @type {PythonRunner | null} */
  #runner = null;
  #running = false;
  #preloaded = false;
  /** @type {(status: Phase) => void} */
  #listener = () => {};

  /**
   * Führt einen Text aus und beurteilt ihn.
   * @param {Request} request
   * @param {(status: Phase) => void} listener bekommt die Zustände beim Laden und Rechnen
   * @returns {Promise<Outcome>} das Ergebnis; auch ein Fehler ist eines
   */
  async check(request, listener) {
    if (this.#running) return { status: "busy", message: BUSY };
    this.#running = true;
    this.#preloaded = true;
    this.#follow(listener);
    try {
      return await (await this.#create()).check(request);
    } catch (error) {
      console.warn(error);
      return { status: "failed", message: FAILED };
    } finally {
      this.#running = false;
    }
  }

  /**
   * Lädt Python einmal schon, wenn jemand zu schreiben beginnt; ein Fehler zeigt sich beim Prüfen.
   * @param {(status: Phase) => void} listener
   */
  async preload(listener) {
    /** @type {Navigator & { connection?: { saveData: boolean } }} */
    const { connection } = navigator;
    const thrifty = connection?.saveData;
    if (this.#preloaded || this.#running || thrifty) return;
    this.#preloaded = true;
    this.#follow(listener);
    try {
      await (await this.#create()).preload();
    } catch (error) {
      console.warn(error);
    }
  }

  /**
   * Ab jetzt hört ein anderer Kasten zu; der bisherige erfährt, dass für ihn nichts mehr läuft.
   * @param {(status: Phase) => void} listener
   */
  #follow(listener) {
    this.#listener({ phase: "idle" });
    this.#listener = listener;
  }

  async #create() {
    const { PythonRunner } = await import("./python-runner.js");
    const base = new URL("../python/", import.meta.url).href;
    this.#runner ??= new PythonRunner({ base, onStatus: (status) => this.#listener(status) });
    return this.#runner;
  }

  stop() {
    this.#runner?.stop();
  }

  get loaded() {
    return Boolean(this.#runner?.loaded);
  }
}
