// Python auf der Seite: lädt die Laufzeit, hält den Arbeitsfaden und reicht Prüfungen an ihn weiter.

// Welche Dateien zu diesem Skript gehören: Es steht in einem Ordner, dessen Name vom Inhalt abhängt,
// und kann deshalb nie an das Verzeichnis einer anderen Fassung geraten.
const MANIFEST = new URL("python.json", import.meta.url).href;
// So lange darf ein Lauf dauern. Die Musterlösungen brauchen einen Bruchteil davon, auch auf einem
// langsamen Telefon.
const RUN_LIMIT = 20_000;
const START_LIMIT = 120_000;
const ACTIVATION_LIMIT = 3_000;
// WebAssembly gibt Speicher nie zurück; ein Faden, der so viel hatte, wird ausgetauscht.
const MEMORY_LIMIT = 512 * 2 ** 20;
const AGAIN = "Versuchen Sie es noch einmal.";
const TELL = "Laden Sie die Seite neu; hilft das nicht, sagen Sie bitte der Kursleitung Bescheid.";

// Sicherheitsregeln des Servers gelten auch für Skripte aus dem Zwischenspeicher.
const KEPT_HEADERS = [
  "Content-Type",
  "Content-Security-Policy",
  "Cross-Origin-Embedder-Policy",
  "Cross-Origin-Resource-Policy",
];

class LoadError extends Error {}

function seconds(milliseconds) {
  return `${milliseconds / 1000} Sekunden`;
}

async function digest(bytes) {
  // Ohne verschlüsselte Verbindung gibt es keine Prüfsummen; dann genügt die Länge.
  if (!globalThis.crypto?.subtle) {
    return null;
  }
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function problem(entry, bytes) {
  if (bytes.byteLength !== entry.bytes) {
    return `Die Datei »${entry.name}« ist unvollständig angekommen. ${AGAIN}`;
  }
  const sum = await digest(bytes);
  return sum === null || sum === entry.sha256
    ? null
    : `Die Datei »${entry.name}« ist beschädigt angekommen. ${AGAIN}`;
}

async function fetched(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    throw options.signal?.aborted ? error : unreachable();
  }
  if (!response.ok) {
    const name = String(url).split("/").pop();
    const missing =
      response.status === 404
        ? `Auf dem Server fehlt die Datei »${name}«`
        : `Der Server liefert die Datei »${name}« nicht`;
    throw new LoadError(`${missing} (Fehler ${response.status}). ${TELL}`);
  }
  return response;
}

function unreachable() {
  return new LoadError(
    `Python lässt sich nicht laden, denn der Server ist nicht zu erreichen. Prüfen Sie Ihre Verbindung. ${AGAIN}`,
  );
}

// Der Zwischenspeicher des Browsers; wo es keinen gibt oder er verboten ist, geht es auch ohne.
class Store {
  constructor(base) {
    this.prefix = `faltwerk-python ${base} `;
  }

  async open(folder) {
    try {
      return await caches.open(this.prefix + folder);
    } catch {
      return null;
    }
  }

  async get(folder, url) {
    try {
      const hit = await (await this.open(folder))?.match(url);
      return hit ? await hit.arrayBuffer() : null;
    } catch {
      return null;
    }
  }

  // Von den Kopfzeilen bleiben die, die für ein Skript gelten.
  async put(folder, url, bytes, headers) {
    const kept = KEPT_HEADERS.filter((name) => headers.has(name));
    try {
      const response = new Response(bytes, {
        headers: kept.map((name) => [name, headers.get(name)]),
      });
      await (await this.open(folder))?.put(url, response);
    } catch {
      // Ist der Speicher voll, wird beim nächsten Besuch neu geladen.
    }
  }

  async keepOnly(folder) {
    try {
      const names = await caches.keys();
      const old = names.filter((name) => name.startsWith(this.prefix) && name !== this.prefix + folder);
      await Promise.all(old.map((name) => caches.delete(name)));
    } catch {
      // Ohne Zwischenspeicher gibt es nichts aufzuräumen.
    }
  }

  // Der Ordner, der zuletzt ganz geladen wurde: Damit geht es auch ohne Verbindung weiter.
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
  #folder = null;
  #bytes = new Map();
  #loading = null;
  #worker = null;
  #starting = null;
  #ready = false;
  #active = null;
  #preloading = false;
  #status = { phase: "idle" };
  #module = null;
  #attempt = 0;

  constructor({ base, onStatus = () => {} }) {
    this.#base = new URL(base, document.baseURI).href.replace(/\/*$/, "/");
    this.#onStatus = onStatus;
    this.#store = new Store(this.#base);
  }

  get loaded() {
    return this.#ready;
  }

  // Lädt und startet Python, ohne etwas auszuführen; schlägt es fehl, sagt es die nächste Prüfung.
  async preload() {
    this.#preloading = true;
    try {
      await this.#prepare();
    } catch {
      // Nichts zu tun: Noch hat niemand eine Prüfung verlangt.
    }
    this.#preloading = false;
    if (!this.#active) {
      this.#onStatus({ phase: "idle" });
    }
  }

  check({ exercise, part, source }) {
    if (this.#active) {
      return Promise.resolve({
        status: "busy",
        message: "Es läuft schon eine Prüfung. Warten Sie auf ihr Ende, oder drücken Sie »Stopp«.",
      });
    }
    return new Promise((resolve) => {
      const run = { resolve, timer: null };
      this.#active = run;
      this.#perform(run, { kind: "check", exercise, part, source: String(source) });
    });
  }

  stop() {
    if (this.#active) {
      this.#loading?.abort();
      this.#discard();
      this.#finish(this.#active, {
        status: "stopped",
        message: "Die Prüfung wurde angehalten. Sie können sofort eine neue beginnen.",
      });
      this.#restart();
    }
  }

  async #perform(run, job) {
    try {
      await this.#prepare();
      if (this.#active !== run) {
        return;
      }
      this.#onStatus({ phase: "running" });
      this.#worker.postMessage(job);
    } catch (error) {
      if (this.#active !== run) {
        return;
      }
      if (!(error instanceof LoadError)) {
        console.warn(error);
      }
      const message =
        error instanceof LoadError
          ? error.message
          : `Python lässt sich in diesem Browser nicht starten. ${TELL}`;
      this.#finish(run, { status: "failed", message });
    }
  }

  #finish(run, outcome) {
    if (this.#active === run) {
      clearTimeout(run.timer);
      this.#active = null;
      run.resolve(outcome);
      this.#onStatus({ phase: "idle" });
    }
  }

  // Ein Neustart im Hintergrund geht niemanden etwas an, bis jemand auf ihn wartet.
  #tell(status) {
    this.#status = status;
    if (this.#active || this.#preloading) {
      this.#onStatus(status);
    }
  }

  async #prepare() {
    if (typeof DecompressionStream !== "function" || typeof Worker !== "function") {
      throw new LoadError(
        "Dieser Browser ist zu alt für Python auf der Seite; aktualisieren Sie ihn, oder prüfen Sie auf Ihrem Rechner.",
      );
    }
    if (this.#ready) {
      return;
    }
    if (this.#starting) {
      this.#tell(this.#status);
    }
    if (!this.#starting) {
      const starting = this.#start();
      this.#starting = starting;
      const done = () => {
        if (this.#starting === starting) {
          this.#starting = null;
        }
      };
      starting.then(done, done);
    }
    await this.#starting;
  }

  async #start() {
    const attempt = this.#attempt;
    await this.#load();
    this.#tell({ phase: "starting" });
    await this.#serveScripts();
    if (attempt !== this.#attempt) {
      throw new Error("beendet");
    }
    const worker = new Worker(`${this.#base}${this.#folder}/worker.js`);
    this.#worker = worker;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Zeit abgelaufen")), START_LIMIT);
      worker.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.kind === "ready") {
          this.#module = data.module;
          resolve();
        } else {
          reject(new Error(data.reason));
        }
      };
      worker.onerror = (event) => {
        event.preventDefault();
        clearTimeout(timer);
        reject(event.message ? new Error(event.message) : unreachable());
      };
      worker.cancel = () => {
        clearTimeout(timer);
        reject(new Error("beendet"));
      };
      const files = Object.fromEntries(this.#bytes);
      worker.postMessage({ kind: "start", files, module: this.#module });
    }).catch((error) => {
      if (this.#worker === worker) {
        this.#discard();
      }
      throw error;
    });
    worker.onmessage = ({ data }) => this.#heard(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#heard({ kind: "broken", reason: event.message });
    };
    this.#ready = true;
  }

  // Ohne den Service Worker (etwa ohne HTTPS) holt der Browser die Skripte wie gewohnt selbst.
  async #serveScripts() {
    try {
      const container = navigator.serviceWorker;
      const scope = this.#base;
      const script = new URL("../python-cache.js", scope);
      const registration =
        (await container.getRegistration(scope)) ?? (await container.register(script, { scope }));
      if (!registration.active) {
        const worker = registration.installing ?? registration.waiting;
        await new Promise((resolve) => {
          worker.onstatechange = () => worker.state.startsWith("activ") && resolve();
          setTimeout(resolve, ACTIVATION_LIMIT);
        });
      }
    } catch {
      // Verboten oder nicht vorhanden.
    }
  }

  #heard(data) {
    const run = this.#active;
    if (!run) {
      return;
    }
    if (data.kind === "running") {
      run.timer = setTimeout(() => this.#timeout(run), RUN_LIMIT);
    } else if (data.kind === "done") {
      this.#finish(run, data.outcome);
      if (data.memory > MEMORY_LIMIT) {
        this.#discard();
        this.#restart();
      }
    } else {
      console.warn(data.reason);
      this.#discard();
      this.#finish(run, {
        status: "failed",
        message:
          "Ihr Code hat Python zum Absturz gebracht oder beendet (etwa mit os._exit, zu tiefer Rekursion oder zu viel Speicher). Ändern Sie ihn; die nächste Prüfung beginnt mit einem frischen Python.",
      });
      this.#restart();
    }
  }

  #timeout(run) {
    this.#discard();
    this.#finish(run, {
      status: "timeout",
      message:
        `Ihr Code war nach ${seconds(RUN_LIMIT)} nicht fertig und wurde beendet. Meist endet dann eine Schleife nie: ` +
        "Sehen Sie bei jedem while nach, ob seine Bedingung falsch werden kann. Rechnet Ihr Code nur lange, probieren Sie ihn mit kleineren Arrays aus.",
    });
    this.#restart();
  }

  #discard() {
    this.#worker?.terminate();
    this.#worker?.cancel();
    this.#worker = null;
    this.#starting = null;
    this.#ready = false;
    this.#attempt += 1;
  }

  // Nach einem Abbruch steht Python schon bereit, wenn die nächste Prüfung kommt.
  #restart() {
    if (this.#complete()) {
      this.#prepare().catch(() => {});
    }
  }

  #complete() {
    return this.#folder !== null && this.#loading === null;
  }

  async #load() {
    if (this.#complete()) {
      return;
    }
    const controller = new AbortController();
    this.#loading = controller;
    try {
      await this.#loadFiles(controller.signal);
    } finally {
      if (this.#loading === controller) {
        this.#loading = null;
      }
    }
  }

  async #loadFiles(signal) {
    const manifest = await this.#manifest(signal);
    const { folder, files, bytes: total } = manifest;
    let loaded = 0;
    const count = (bytes) => {
      loaded += bytes;
      this.#tell({ phase: "loading", loaded, total });
    };
    count(0);
    const names = new Set(files.map((entry) => entry.name));
    for (const name of this.#bytes.keys()) {
      if (!names.has(name)) {
        this.#bytes.delete(name);
      }
    }
    await Promise.all(files.map((entry) => this.#file(folder, entry, signal, count)));
    await this.#store.put(folder, MANIFEST, JSON.stringify(manifest), new Headers());
    await this.#store.keepOnly(folder);
    this.#folder = folder;
  }

  async #manifest(signal) {
    try {
      return await (await fetched(MANIFEST, { cache: "no-cache", signal })).json();
    } catch (error) {
      const last = await this.#store.lastManifest(MANIFEST);
      if (last && !signal.aborted) {
        return last;
      }
      throw error instanceof SyntaxError
        ? new LoadError(`Die Datei »python.json« ist beschädigt angekommen. ${AGAIN}`)
        : error;
    }
  }

  async #file(folder, entry, signal, count) {
    const url = `${this.#base}${folder}/${entry.name}`;
    for (const bytes of [this.#bytes.get(entry.name), await this.#store.get(folder, url)]) {
      if (bytes && !(await problem(entry, bytes))) {
        this.#bytes.set(entry.name, bytes);
        count(entry.bytes);
        return;
      }
    }
    const response = await fetched(url, { cache: "no-cache", signal });
    const bytes = await this.#read(response, entry, signal, count);
    const reason = await problem(entry, bytes);
    if (reason) {
      throw new LoadError(reason);
    }
    this.#bytes.set(entry.name, bytes);
    await this.#store.put(folder, url, bytes, response.headers);
  }

  async #read(response, entry, signal, count) {
    const bytes = new Uint8Array(entry.bytes);
    let length = 0;
    try {
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) {
          break;
        }
        bytes.set(value.subarray(0, Math.max(0, bytes.length - length)), length);
        length += value.length;
        count(value.length);
      }
    } catch (error) {
      throw signal.aborted ? error : unreachable();
    }
    return length === bytes.length ? bytes.buffer : new ArrayBuffer(length);
  }
}
