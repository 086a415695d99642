// Zeigt Urteile, Ausgabe und Zustände in einem Kasten.
import { find, findAll } from "./elements.js";

/**
 * @import { Verdict } from "../../runtime/messages.js"
 * @import { Phase } from "./python-runner.js"
 */

const WORDS = {
  correct: "richtig",
  wrong: "falsch",
  open: "noch offen",
  untested: "nicht beurteilt",
};

/** @param {number} bytes */
const megabytes = (bytes) =>
  (bytes / 1e6).toLocaleString("de", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/**
 * Wie viele Lücken richtig sind, in Worten.
 * @param {Verdict[]} gaps
 */
export const summary = (gaps) => {
  const correct = gaps.filter(({ status }) => status === "correct").length;
  if (correct === gaps.length)
    return gaps.length === 1
      ? "Die Lücke ist richtig."
      : `Alle ${gaps.length} Lücken sind richtig.`;
  return `${correct} von ${gaps.length} Lücken richtig.`;
};

export class Results {
  #box;
  #rows;

  /**
   * @param {Element} box der Kasten
   * @param {(gap: number) => void} onJump
   */
  constructor(box, onJump) {
    this.#box = box;
    this.#rows = findAll(box, ".editor-gaps > li");
    for (const row of this.#rows) {
      find(row, ".gap-jump", HTMLButtonElement).disabled = false;
      // Die ganze Zeile springt; der Knopf darin ist für Tastatur und Vorleseprogramme.
      row.addEventListener("click", () => {
        if (getSelection()?.isCollapsed) onJump(Number(row.dataset.gap));
      });
    }
  }

  /** @param {string} selector */
  #find(selector) {
    return find(this.#box, selector, HTMLElement);
  }

  /**
   * Ein Satz, den auch Vorleseprogramme sagen; was in weiteren Zeilen steht, ist Code.
   * @param {string} text
   * @param {string} tone
   */
  say(text, tone = "") {
    const line = this.#find(".editor-status");
    const [sentence, ...code] = text.split("\n");
    line.textContent = sentence ?? "";
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

  /**
   * Die Urteile; ``stale``, wenn sich der Code seither geändert hat.
   * @param {Verdict[]} gaps
   * @param {boolean} stale
   */
  verdicts(gaps, stale) {
    const byNumber = new Map(gaps.map((entry) => [entry.gap, entry]));
    // Scheitert etwas an allen Lücken gleich, steht der Grund nur bei der ersten.
    /** @param {string} message */
    const first = (message) => gaps.find((entry) => entry.message === message)?.gap;
    for (const row of this.#rows) {
      const entry = byNumber.get(Number(row.dataset.gap));
      row.dataset.status = entry?.status ?? "";
      row.classList.toggle("stale", Boolean(entry) && stale);
      const word = entry ? WORDS[entry.status] : "noch nicht geprüft";
      find(row, ".gap-verdict", HTMLElement).textContent =
        entry && stale ? `${word}, vor Ihrer Änderung` : word;
      const message = entry?.message ?? "";
      find(row, ".gap-message", HTMLElement).textContent =
        message && first(message) !== entry?.gap ? `Wie bei Lücke (${first(message)}).` : message;
    }
  }

  /**
   * Was das Programm gedruckt hat, und woran es gescheitert ist.
   * @param {string} text
   * @param {boolean} cut
   * @param {string | null} error
   */
  output(text, cut, error) {
    this.#find(".editor-output").hidden = !text && !error;
    const pre = this.#find(".editor-output pre");
    pre.hidden = !text;
    pre.textContent = cut ? `${text}\n… (gekürzt)` : text;
    this.#find(".editor-error").textContent = error ?? "";
  }

  /**
   * Ein Zustand des Laufs: der Balken und ein Satz dazu.
   * @param {Phase} status
   */
  status(status) {
    this.progress(status);
    const sentences = {
      idle: "",
      loading: "Python wird geladen.",
      starting: "Python startet.",
      running: "Ihr Code läuft.",
    };
    const sentence = sentences[status.phase];
    // Beim Laden kommen viele Zustände; Vorleseprogramme sollen den Satz nur einmal sagen.
    if (sentence && sentence !== this.#find(".editor-status").textContent) this.say(sentence);
  }

  /**
   * Nur der Balken, für das Laden im Hintergrund.
   * @param {Phase} status
   */
  progress(status) {
    const loading = this.#find(".editor-loading");
    const bar = find(loading, "progress", HTMLProgressElement);
    const text = find(loading, "span", HTMLElement);
    loading.hidden = status.phase !== "loading" && status.phase !== "starting";
    if (status.phase === "loading") {
      bar.max = status.total;
      bar.value = status.loaded;
      text.textContent = `${megabytes(status.loaded)} von ${megabytes(status.total)} MB`;
    } else {
      bar.removeAttribute("value");
      text.textContent = "Python startet.";
    }
  }
}
