// Python auf der Seite: lädt die Laufzeit, hält den Arbeitsfaden und reicht Prüfungen an ihn weiter.

/**
 * @import { Answer, Order, Outcome, Request } from "../../runtime/messages.js"
 *
 * @typedef {{phase: "idle" | "starting" | "running"}
 *   | {phase: "loading", loaded: number, total: number}} Phase beim Laden mit gezählten Bytes
 * @typedef {{name: string, bytes: number, sha256: string}} Entry
 * @typedef {{folder: string, bytes: number, files: Entry[]}} Manifest
 * @typedef {{resolve: (outcome: Outcome) => void, timer: number}} Run
 */

// Welche Dateien zu diesem Skript gehören: Es steht in einem Ordner, dessen Name vom Inhalt abhängt,
// und kann deshalb nie an das Verzeichnis einer anderen Fassung geraten.
const MANIFEST = new URL("python.json", import.meta.url).href;
// So lange darf ein Lauf dauern. Die Musterlösungen brauchen einen Bruchteil davon, auch auf einem
// langsamen Telefon.
const RUN_LIMIT_MS = 20_000;
const START_LIMIT_MS = 120_000;
const ACTIVATION_LIMIT_MS = 3_000;
// WebAssembly gibt Speicher nie zurück; ein Faden, der so viel hatte, wird ausgetauscht.
const MEMORY_LIMIT = 512 * 2 ** 20;

const AGAIN = "Versuchen Sie es noch einmal.";
const TELL = "Laden Sie die Seite neu; hilft das nicht, sagen Sie bitte der Kursleitung Bescheid.";
const UNREACHABLE =
  "Python lässt sich nicht laden, denn der Server ist nicht zu erreichen. Prüfen Sie Ihre " +
  `Verbindung. ${AGAIN}`;
const TOO_OLD =
  "Dieser Browser ist zu alt für Python auf der Seite; aktualisieren Sie ihn, oder prüfen Sie auf " +
  "Ihrem Rechner.";
const STOPPED = "Die Prüfung wurde angehalten. Sie können sofort eine neue beginnen.";
const BROKEN =
  "Ihr Code hat Python zum Absturz gebracht oder beendet (etwa mit os._exit, zu tiefer Rekursion " +
  "oder zu viel Speicher). Ändern Sie ihn; die nächste Prüfung beginnt mit einem frischen Python.";
const TIMEOUT =
  `Ihr Code war nach ${RUN_LIMIT_MS / 1000} Sekunden nicht fertig und wurde beendet. Meist endet ` +
  "dann eine Schleife nie: Sehen Sie bei jedem while nach, ob seine Bedingung falsch werden kann. " +
  "Rechnet Ihr Code nur lange, probieren Sie ihn mit kleineren Arrays aus.";

// Sicherheitsregeln des Servers gelten auch für Skripte aus dem Zwischenspeicher.
const KEPT_HEADERS = [
  "Content-Type",
  "Content-Security-Policy",
  "Cross-Origin-Embedder-Policy",
  "Cross-Origin-Resource-Policy",
];

/** Warum Python nicht geladen wurde; der Text ist ein Satz für die Leserin. */
class LoadError extends Error {}

/** @param {BufferSource} bytes */
const digest = async (bytes) => {
  // Ohne verschlüsselte Verbindung gibt es keine Prüfsummen; dann genügt die Länge.
  if (!globalThis.crypto?.subtle) return null;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/**
 * Was an einer Datei nicht stimmt, als Satz, oder null.
 * @param {Entry} entry
 * @param {ArrayBuffer} bytes
 */
const problem = async (entry, bytes) => {
  if (bytes.byteLength !== entry.bytes)
    return `Die Datei »${entry.name}« ist unvollständig angekommen. ${AGAIN}`;
  const sum = await digest(bytes);
  return sum === null || sum === entry.sha256
    ? null
    : `Die Datei »${entry.name}« ist beschädigt angekommen. ${AGAIN}`;
};

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
const fetched = async (url, signal) => {
  let response;
  try {
    response = await fetch(url, { cache: "no-cache", signal });
  } catch (error) {
    throw signal.aborted ? error : new LoadError(UNREACHABLE);
  }
  if (!response.ok) {
    const name = url.split("/").pop();
    const missing =
      response.status === 404
        ? `Auf dem Server fehlt die Datei »${name}«`
        : `Der Server liefert die Datei »${name}« nicht`;
    throw new LoadError(`${missing} (Fehler ${response.status}). ${TELL}`);
  }
  return response;
};

/** Der Zwischenspeicher des Browsers; wo es keinen gibt oder er verboten ist, geht es auch ohne. */
class Store {
  #prefix;

  /** @param {string} base */
  constructor(base) {
    this.#prefix = `faltwerk-python ${base} `;
  }

  /** @param {string} folder */
  async #open(folder) {
    try {
      return await caches.open(this.#prefix + folder);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} folder
   * @param {string} url
   */
  async get(folder, url) {
    try {
      const hit = await (await this.#open(folder))?.match(url);
      return hit ? await hit.arrayBuffer() : null;
    } catch {
      return null;
    }
  }

  /**
   * Von den Kopfzeilen bleiben die, die für ein Skript gelten.
   * @param {string} folder
   * @param {string} url
   * @param {BodyInit} body
   * @param {Headers} headers
   */
  async put(folder, url, body, headers) {
    const kept = new Headers();
    for (const name of KEPT_HEADERS) {
      const value = headers.get(name);
      if (value !== null) kept.set(name, value);
    }
    try {
      await (await this.#open(folder))?.put(url, new Response(body, { headers: kept }));
    } catch {
      // Ist der Speicher voll, wird beim nächsten Besuch neu geladen.
    }
  }

  /** @param {string} folder */
  async keepOnly(folder) {
    const current = this.#prefix + folder;
    try {
      const names = await caches.keys();
      const old = names.filter((name) => name.startsWith(this.#prefix) && name !== current);
      await Promise.all(old.map((name) => caches.delete(name)));
    } catch {
      // Ohne Zwischenspeicher gibt es nichts aufzuräumen.
    }
  }

  /**
   * Das Verzeichnis, das zuletzt ganz geladen wurde: Damit geht es auch ohne Verbindung weiter.
   * @param {string} url
   * @returns {Promise<Manifest | null>}
   */
  async lastManifest(url) {
    try {
      const hit = await caches.match(url);
      return hit ? await hit.json() : null;
    } catch {
      return null;
    }
  }
}

export class PythonRunner {
  #base;
  #onStatus;
  #store;
  /** @type {string | null} */
  #folder = null;
  /** @type {Map<string, ArrayBuffer>} */
  #bytes = new Map();
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Promise<Worker> | null} */
  #starting = null;
  #cancelStart = () => {};
  #ready = false;
  /** @type {Run | null} */
  #active = null;
  #preloading = false;
  /** @type {Phase} */
  #status = { phase: "idle" };
  /** @type {WebAssembly.Module | null} */
  #module = null;
  #attempt = 0;

  /**
   * @param {object} options
   * @param {string} options.base Ordner mit den Dateien der Laufzeit
   * @param {(status: Phase) => void} options.onStatus
   */
  constructor({ base, onStatus }) {
    this.#base = new URL(base, document.baseURI).href.replace(/\/*$/, "/");
    this.#onStatus = onStatus;
    this.#store = new Store(this.#base);
  }

  get loaded() {
    return this.#ready;
  }

  /** Lädt und startet Python, ohne etwas auszuführen; schlägt es fehl, sagt es die nächste Prüfung. */
  async preload() {
    this.#preloading = true;
    try {
      await this.#prepare();
    } catch {
      // Nichts zu tun: Noch hat niemand eine Prüfung verlangt.
    }
    this.#preloading = false;
    if (!this.#active) this.#onStatus({ phase: "idle" });
  }

  /**
   * Prüft einen Text. Wer aufruft, wartet auf das Ergebnis, bevor die nächste Prüfung beginnt.
   * @param {Request} request
   * @returns {Promise<Outcome>}
   */
  check({ exercise, part, source }) {
    return new Promise((resolve) => {
      const run = { resolve, timer: 0 };
      this.#active = run;
      this.#perform(run, { kind: "check", exercise, part, source });
    });
  }

  stop() {
    if (!this.#active) return;
    this.#loading?.abort();
    this.#discard();
    this.#finish(this.#active, { status: "stopped", message: STOPPED });
    this.#restart();
  }

  /**
   * @param {Run} run
   * @param {Order} job
   */
  async #perform(run, job) {
    try {
      const worker = await this.#prepare();
      if (this.#active !== run) return;
      this.#onStatus({ phase: "running" });
      worker.postMessage(job);
    } catch (error) {
      if (this.#active !== run) return;
      const known = error instanceof LoadError;
      if (!known) console.warn(error);
      const message = known
        ? error.message
        : `Python lässt sich in diesem Browser nicht starten. ${TELL}`;
      this.#finish(run, { status: "failed", message });
    }
  }

  /**
   * @param {Run} run
   * @param {Outcome} outcome
   */
  #finish(run, outcome) {
    if (this.#active !== run) return;
    clearTimeout(run.timer);
    this.#active = null;
    run.resolve(outcome);
    this.#onStatus({ phase: "idle" });
  }

  /**
   * Ein Neustart im Hintergrund geht niemanden etwas an, bis jemand auf ihn wartet.
   * @param {Phase} status
   */
  #tell(status) {
    this.#status = status;
    if (this.#active || this.#preloading) this.#onStatus(status);
  }

  /** Lädt und startet Python, wenn es nicht schon bereitsteht. */
  async #prepare() {
    if (typeof DecompressionStream !== "function" || typeof Worker !== "function")
      throw new LoadError(TOO_OLD);
    if (this.#ready && this.#worker) return this.#worker;
    if (this.#starting) {
      this.#tell(this.#status);
      return this.#starting;
    }
    const starting = this.#start();
    this.#starting = starting;
    try {
      return await starting;
    } finally {
      if (this.#starting === starting) this.#starting = null;
    }
  }

  async #start() {
    const attempt = this.#attempt;
    const folder = await this.#load();
    this.#tell({ phase: "starting" });
    await this.#serveScripts();
    if (attempt !== this.#attempt) throw new Error("beendet");
    const worker = new Worker(`${this.#base}${folder}/worker.js`);
    this.#worker = worker;
    try {
      this.#module = await this.#started(worker);
    } catch (error) {
      if (this.#worker === worker) this.#discard();
      throw error;
    }
    worker.onmessage = ({ data }) => this.#heard(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#heard({ kind: "broken", reason: event.message });
    };
    this.#ready = true;
    return worker;
  }

  /**
   * Schickt einem neuen Faden alle Dateien und wartet, bis Python darin läuft.
   * @param {Worker} worker
   * @returns {Promise<WebAssembly.Module | null>} das übersetzte Python
   */
  #started(worker) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Zeit abgelaufen")), START_LIMIT_MS);
      worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
        clearTimeout(timer);
        if (data.kind === "ready") resolve(data.module);
        else reject(new Error(data.kind === "broken" ? data.reason : data.kind));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        clearTimeout(timer);
        reject(event.message ? new Error(event.message) : new LoadError(UNREACHABLE));
      };
      this.#cancelStart = () => {
        clearTimeout(timer);
        reject(new Error("beendet"));
      };
      /** @type {Order} */
      const order = {
        kind: "start",
        files: Object.fromEntries(this.#bytes),
        module: this.#module,
      };
      worker.postMessage(order);
    });
  }

  /** Ohne den Service Worker (etwa ohne HTTPS) holt der Browser die Skripte wie gewohnt selbst. */
  async #serveScripts() {
    try {
      const container = navigator.serviceWorker;
      const scope = this.#base;
      const script = new URL("../python-cache.js", scope);
      const registration =
        (await container.getRegistration(scope)) ?? (await container.register(script, { scope }));
      const worker = registration.installing ?? registration.waiting;
      if (registration.active || !worker) return;
      await new Promise((resolve) => {
        worker.onstatechange = () => worker.state.startsWith("activ") && resolve(null);
        setTimeout(resolve, ACTIVATION_LIMIT_MS);
      });
    } catch {
      // Verboten oder nicht vorhanden.
    }
  }

  /** @param {Answer} answer */
  #heard(answer) {
    const run = this.#active;
    if (!run) return;
    if (answer.kind === "running") {
      run.timer = setTimeout(() => this.#timeout(run), RUN_LIMIT_MS);
    } else if (answer.kind === "done") {
      this.#finish(run, answer.outcome);
      if (answer.memory > MEMORY_LIMIT) {
        this.#discard();
        this.#restart();
      }
    } else {
      console.warn(answer.kind === "broken" ? answer.reason : answer.kind);
      this.#discard();
      this.#finish(run, { status: "failed", message: BROKEN });
      this.#restart();
    }
  }

  /** @param {Run} run */
  #timeout(run) {
    this.#discard();
    this.#finish(run, { status: "timeout", message: TIMEOUT });
    this.#restart();
  }

  #discard() {
    this.#worker?.terminate();
    this.#cancelStart();
    this.#worker = null;
    this.#starting = null;
    this.#ready = false;
    this.#attempt += 1;
  }

  /** Nach einem Abbruch steht Python schon bereit, wenn die nächste Prüfung kommt. */
  #restart() {
    if (this.#folder !== null && !this.#loading) this.#prepare().catch(() => {});
  }

  /** Holt alle Dateien, wenn sie nicht schon da sind; verspricht den Namen ihres Ordners. */
  async #load() {
    if (this.#folder !== null && !this.#loading) return this.#folder;
    const controller = new AbortController();
    this.#loading = controller;
    try {
      const folder = await this.#loadFiles(controller.signal);
      this.#folder = folder;
      return folder;
    } finally {
      if (this.#loading === controller) this.#loading = null;
    }
  }

  /** @param {AbortSignal} signal */
  async #loadFiles(signal) {
    const manifest = await this.#manifest(signal);
    const { folder, files, bytes: total } = manifest;
    let loaded = 0;
    /** @param {number} bytes */
    const count = (bytes) => {
      loaded += bytes;
      this.#tell({ phase: "loading", loaded, total });
    };
    count(0);
    const names = new Set(files.map((entry) => entry.name));
    for (const name of this.#bytes.keys()) if (!names.has(name)) this.#bytes.delete(name);
    await Promise.all(files.map((entry) => this.#file(folder, entry, signal, count)));
    await this.#store.put(folder, MANIFEST, JSON.stringify(manifest), new Headers());
    await this.#store.keepOnly(folder);
    return folder;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Manifest>}
   */
  async #manifest(signal) {
    try {
      return await (await fetched(MANIFEST, signal)).json();
    } catch (error) {
      const last = await this.#store.lastManifest(MANIFEST);
      if (last && !signal.aborted) return last;
      throw error instanceof SyntaxError
        ? new LoadError(`Die Datei »python.json« ist beschädigt angekommen. ${AGAIN}`)
        : error;
    }
  }

  /**
   * Holt eine Datei, wenn weder dieses Fenster noch der Zwischenspeicher sie schon hat.
   * @param {string} folder
   * @param {Entry} entry
   * @param {AbortSignal} signal
   * @param {(bytes: number) => void} count
   */
  async #file(folder, entry, signal, count) {
    const url = `${this.#base}${folder}/${entry.name}`;
    for (const bytes of [this.#bytes.get(entry.name), await this.#store.get(folder, url)]) {
      if (bytes && !(await problem(entry, bytes))) {
        this.#bytes.set(entry.name, bytes);
        count(entry.bytes);
        return;
      }
    }
    const response = await fetched(url, signal);
    const bytes = await this.#read(response, entry, signal, count);
    const reason = await problem(entry, bytes);
    if (reason) throw new LoadError(reason);
    this.#bytes.set(entry.name, bytes);
    await this.#store.put(folder, url, bytes, response.headers);
  }

  /**
   * Liest eine Antwort und zählt dabei; was länger oder kürzer als angekündigt ist, hat am Ende eine
   * andere Länge.
   * @param {Response} response
   * @param {Entry} entry
   * @param {AbortSignal} signal
   * @param {(bytes: number) => void} count
   */
  async #read(response, entry, signal, count) {
    const bytes = new Uint8Array(entry.bytes);
    let length = 0;
    try {
      const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        bytes.set(part.value.subarray(0, Math.max(0, bytes.length - length)), length);
        length += part.value.length;
        count(part.value.length);
      }
    } catch (error) {
      throw signal.aborted ? error : new LoadError(UNREACHABLE);
    }
    return length === bytes.length ? bytes.buffer : new ArrayBuffer(length);
  }
}
