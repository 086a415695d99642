// Zeigt Urteile, Ausgabe und Zustände in einem Kasten.
const WORDS = {
  correct: "richtig",
  wrong: "falsch",
  open: "noch offen",
  untested: "nicht beurteilt",
};

const megabytes = (bytes) =>
  (bytes / 1e6).toLocaleString("de", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Wie viele Lücken richtig sind, in Worten. */
export const summary = (gaps) => {
  const correct = gaps.filter(({ status }) => status === "correct").length;
  if (correct === gaps.length)
    return gaps.length === 1 ? "Die Lücke ist richtig." : `Alle ${gaps.length} Lücken sind richtig.`;
  return `${correct} von ${gaps.length} Lücken richtig.`;
};

export class Results {
  #box;
  #rows;

  /** @param {Element} box der Kasten  @param {(gap: number) => void} onJump */
  constructor(box, onJump) {
    this.#box = box;
    this.#rows = [...box.querySelectorAll(".editor-gaps > li")];
    for (const row of this.#rows) {
      const button = row.querySelector(".gap-jump");
      button.disabled = false;
      // Die ganze Zeile springt; der Knopf darin ist für Tastatur und Vorleseprogramme.
      row.addEventListener("click", () => {
        if (getSelection().isCollapsed) onJump(Number(row.dataset.gap));
      });
    }
  }

  #find(selector) {
    return this.#box.querySelector(selector);
  }

  /** Ein Satz, den auch Vorleseprogramme sagen; was in weiteren Zeilen steht, ist Code. */
  say(text, tone = "") {
    const line = this.#find(".editor-status");
    const [sentence, ...code] = text.split("\n");
    line.textContent = sentence;
    if (code.length) {
      const excerpt = document.createElement("code");
      excerpt.textContent = code.join("\n");
      line.append("\n", excerpt);
      // Was rollt, muss mit der Tastatur zu erreichen sein.
      if (excerpt.scrollWidth > excerpt.clientWidth) {
        excerpt.tabIndex = 0;
        excerpt.setAttribute("role", "group");
        excerpt.setAttribute("aria-label", "Stelle im Code");
      }
    }
    line.dataset.tone = tone;
  }

  /** Die Urteile; ``stale``, wenn sich der Code seither geändert hat. */
  verdicts(gaps, stale) {
    const byNumber = new Map(gaps.map((entry) => [entry.gap, entry]));
    // Scheitert etwas an allen Lücken gleich, steht der Grund nur bei der ersten.
    const first = (message) => gaps.find((entry) => entry.message === message).gap;
    for (const row of this.#rows) {
      const entry = byNumber.get(Number(row.dataset.gap));
      row.dataset.status = entry?.status ?? "";
      row.classList.toggle("stale", Boolean(entry) && stale);
      const word = entry ? WORDS[entry.status] : "noch nicht geprüft";
      row.querySelector(".gap-verdict").textContent =
        entry && stale ? `${word}, vor Ihrer Änderung` : word;
      const message = entry?.message ?? "";
      row.querySelector(".gap-message").textContent =
        message && first(message) !== entry.gap ? `Wie bei Lücke (${first(message)}).` : message;
    }
  }

  /** Was das Programm gedruckt hat, und woran es gescheitert ist. */
  output(text, cut, error) {
    this.#find(".editor-output").hidden = !text && !error;
    const pre = this.#find(".editor-output pre");
    pre.hidden = !text;
    pre.textContent = cut ? `${text}\n… (gekürzt)` : text;
    this.#find(".editor-error").textContent = error ?? "";
  }

  /** Ein Zustand des Laufs, siehe python-runner.js: der Balken und ein Satz dazu. */
  status(status) {
    this.progress(status);
    const sentences = {
      loading: "Python wird geladen.",
      starting: "Python startet.",
      running: "Ihr Code läuft.",
    };
    const sentence = sentences[status.phase];
    // Beim Laden kommen viele Zustände; Vorleseprogramme sollen den Satz nur einmal sagen.
    if (sentence && sentence !== this.#find(".editor-status").textContent) this.say(sentence);
  }

  /** Nur der Balken, für das Laden im Hintergrund. */
  progress({ phase, loaded, total }) {
    const loading = this.#find(".editor-loading");
    const bar = loading.querySelector("progress");
    loading.hidden = phase !== "loading" && phase !== "starting";
    if (phase === "loading") {
      bar.max = total;
      bar.value = loaded;
    } else {
      bar.removeAttribute("value");
    }
    loading.querySelector("span").textContent =
      phase === "loading" ? `${megabytes(loaded)} von ${megabytes(total)} MB` : "Python startet.";
  }
}
