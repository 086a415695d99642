// Ein Kasten: verbindet Editor, Speicher, Python und Ergebnisse eines Teils.
import { codeEditor } from "./code-editor.js";
import { confirmed, showCode } from "./dialog.js";
import { find, findAll } from "./elements.js";
import { downloadOwnFile, exerciseData } from "./exercises.js";
import { Notices } from "./notices.js";
import { Results, summary } from "./results.js";
import {
  fingerprint,
  LONGEST_CODE,
  LONGEST_MESSAGE,
  readWork,
  watchOtherWindows,
  writeWork,
} from "./storage.js";

/**
 * @import { Judged } from "../../runtime/messages.js"
 * @import { Python } from "./python.js"
 * @import { Entry } from "./storage.js"
 */

const SAVE_AFTER_MS = 400;

export class EditorBox {
  #box;
  #python;
  #exercise;
  #part;
  #name;
  #stub;
  #editor;
  #results;
  #notices;
  // Der Stand dieses Fensters und der Code, den es zuletzt im Speicher gesehen hat. Steht dort etwas
  // anderes, war es ein anderes Fenster, und es wird nicht überschrieben, sondern gefragt.
  /** @type {Entry} */
  #entry;
  /** @type {string | null} */
  #seen;
  #running = false;
  #prepared = false;
  #timer = 0;

  /**
   * @param {HTMLElement} box
   * @param {Python} python
   */
  constructor(box, python) {
    this.#box = box;
    this.#python = python;
    const { exercise = "", part = "" } = box.dataset;
    this.#exercise = exercise;
    this.#part = part;
    this.#name = `${exercise}.${part}`;
    this.#stub = this.#find(".editor-code pre").textContent.replace(/\n$/, "");
    this.#entry = this.#stored() ?? this.#untouched();
    this.#seen = this.#stored()?.code ?? null;
    this.#notices = new Notices(this.#find(".editor-notices"));
    this.#results = new Results(box, (gap) => this.#jump(gap));
    this.#editor = codeEditor(this.#find(".editor-code"), {
      text: this.#entry.code,
      label: `Code für ${part}`,
      help: this.#find(".editor-help").id,
      onRun: () => this.#run(),
    });
    this.#editor.onChange(() => this.#changed());
    box.classList.add("with-editor");
    this.#connect();
    this.#showEntry();
    if (this.#entry.stub !== fingerprint(this.#stub)) this.#tellNewStub();
  }

  /** @returns {Entry} */
  #untouched() {
    return { code: this.#stub, stub: fingerprint(this.#stub), previous: null, verdicts: null };
  }

  #stored() {
    return readWork(this.#name);
  }

  /** @param {string} selector */
  #find(selector) {
    return find(this.#box, selector, HTMLElement);
  }

  /** @param {string} name */
  #button(name) {
    return find(this.#box, `[data-do="${name}"]`, HTMLButtonElement);
  }

  #connect() {
    const actions = {
      run: () => this.#run(),
      stop: () => this.#python.stop(),
      reset: () => this.#reset(),
      previous: () => this.#takePrevious(),
      download: () => this.#download(),
    };
    for (const [name, action] of Object.entries(actions)) {
      this.#button(name).addEventListener("click", action);
      this.#button(name).disabled = name === "stop";
    }
    window.addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.#flush());
    // Aus dem Gedächtnis des Browsers geholt, hat die Seite nichts von Änderungen erfahren.
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#differs());
    watchOtherWindows((name) => {
      if (name === null || name === this.#name) this.#differs();
    });
  }

  // Anzeigen

  #isStale() {
    const { verdicts } = this.#entry;
    return verdicts !== null && verdicts.code !== fingerprint(this.#editor.text);
  }

  #showEntry() {
    const { verdicts, previous } = this.#entry;
    const stale = this.#isStale();
    this.#results.verdicts(verdicts?.gaps ?? [], stale);
    if (stale) this.#results.say("Seit der letzten Prüfung geändert.");
    else this.#results.say(verdicts ? summary(verdicts.gaps) : "", this.#tone());
    this.#button("previous").hidden = previous === null;
  }

  #tone() {
    return this.#entry.verdicts?.gaps.every(({ status }) => status === "correct") ? "correct" : "";
  }

  /** @param {number} gap */
  #jump(gap) {
    const verdict = this.#isStale()
      ? null
      : this.#entry.verdicts?.gaps.find((entry) => entry.gap === gap);
    const marker = this.#editor.text
      .split("\n")
      .findIndex((line) => new RegExp(`#\\s*Lücke \\(${gap}\\)`).test(line));
    this.#editor.goTo(verdict?.line ?? Math.max(0, marker) + 1);
  }

  // Speichern

  /** Wer schreibt oder prüft, soll seinen Code auch ohne Verbindung als Datei sichern können. */
  #prepareDownload() {
    if (this.#prepared) return;
    this.#prepared = true;
    exerciseData(this.#exercise).catch(() => {});
  }

  #changed() {
    this.#python.preload((status) => this.#results.progress(status));
    this.#prepareDownload();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), SAVE_AFTER_MS);
    this.#editor.mark([]);
    if (this.#entry.verdicts && !this.#running) this.#showEntry();
  }

  #flush() {
    clearTimeout(this.#timer);
    if (this.#editor.text !== this.#entry.code) this.#save({});
  }

  /**
   * Übernimmt ``changes`` in den Stand und speichert ihn, wenn kein anderes Fenster dazwischenkam.
   * @param {Partial<Entry>} changes
   */
  #save(changes) {
    const differs = this.#differs();
    this.#entry = { ...this.#entry, code: this.#editor.text, ...changes };
    if (differs) this.#find(".editor-saved").textContent = "nicht gespeichert";
    else this.#write(this.#entry);
    this.#button("previous").hidden = this.#entry.previous === null;
  }

  /** @param {Entry} entry */
  #write(entry) {
    const { code, previous, verdicts } = entry;
    const untouched = code === this.#stub && previous === null && verdicts === null;
    const tooLong = Math.max(code.length, previous?.length ?? 0) > LONGEST_CODE;
    const problem = tooLong
      ? "Ihr Code ist zu lang, um ihn zu speichern. Laden Sie ihn als .py herunter."
      : writeWork(this.#name, untouched ? null : entry);
    if (problem) this.#notices.show("storage", problem);
    else {
      this.#seen = untouched ? null : code;
      this.#notices.remove("storage");
    }
    this.#find(".editor-saved").textContent = problem ? "nicht gespeichert" : "gespeichert";
  }

  /** Ob im Speicher der Code eines anderen Fensters steht; dann wird gefragt, welcher gilt. */
  #differs() {
    const theirs = this.#stored();
    const code = theirs?.code ?? null;
    if (code === this.#seen) {
      this.#notices.remove("window");
      // Ein anderes Fenster kann beim Schließen seinen Code beiseitegelegt haben, ein Import den
      // beiseitegelegten entfernt.
      if (theirs) this.#entry = { ...this.#entry, previous: theirs.previous };
      this.#button("previous").hidden = this.#entry.previous === null;
      return false;
    }
    if ((code ?? this.#stub) === this.#editor.text) {
      this.#entry = theirs ?? this.#untouched();
      this.#seen = code;
      this.#notices.remove("window");
      this.#showEntry();
      return false;
    }
    this.#notices.show(
      "window",
      "Dieser Code wurde in einem anderen Fenster geändert. Welcher Stand soll gelten? Der andere " +
        "bleibt unter »Ersetzten Code zurückholen«.",
      [
        ["Stand des anderen Fensters nehmen", () => this.#takeTheirs()],
        ["Diesen Stand behalten", () => this.#keepMine()],
      ],
    );
    return true;
  }

  #takeTheirs() {
    const mine = this.#editor.text;
    const theirs = this.#stored();
    this.#seen = theirs?.code ?? null;
    this.#entry = { ...(theirs ?? this.#untouched()), previous: mine };
    this.#editor.replace(this.#entry.code);
    this.#save({ previous: mine });
    this.#showEntry();
  }

  #keepMine() {
    const theirs = this.#stored();
    this.#seen = theirs?.code ?? null;
    this.#save({ previous: theirs?.code ?? null });
    this.#notices.remove("window");
  }

  /** Beim Verlassen der Seite: Was wegen eines anderen Fensters nicht gilt, wird beiseitegelegt. */
  #leave() {
    this.#flush();
    const mine = this.#editor.text;
    if (!this.#differs() || mine === this.#seen || mine === this.#stub) return;
    writeWork(this.#name, { ...(this.#stored() ?? this.#untouched()), previous: mine });
  }

  // Code ersetzen

  /**
   * Setzt einen anderen Code ein; der bisherige lässt sich zurückholen.
   * @param {string} code
   * @param {Partial<Entry>} changes
   */
  #replace(code, changes) {
    const before = this.#editor.text;
    const previous = before === this.#stub ? this.#entry.previous : before;
    this.#editor.replace(code);
    this.#save({ previous, ...changes });
    this.#showEntry();
  }

  #takePrevious() {
    const { previous } = this.#entry;
    if (previous === null) return;
    const before = this.#editor.text;
    this.#replace(previous, { previous: before === this.#stub ? null : before });
    this.#editor.focus();
  }

  async #reset() {
    const sure = await confirmed(
      "Zurücksetzen?",
      `Ihr Code für ${this.#part} wird durch den Rumpf ersetzt. Über »Ersetzten Code ` +
        "zurückholen« bekommen Sie ihn wieder.",
      "Zurücksetzen",
    );
    if (sure) this.#takeStub();
  }

  #takeStub() {
    this.#replace(this.#stub, { stub: fingerprint(this.#stub), verdicts: null });
    this.#notices.remove("stub");
  }

  #tellNewStub() {
    this.#notices.show(
      "stub",
      "Die Aufgabe wurde überarbeitet, seit Sie hier begonnen haben. Ihr Code ist unverändert.",
      [
        ["Neuen Rumpf ansehen", () => showCode("Neuer Rumpf", this.#stub)],
        ["Neuen Rumpf übernehmen", () => this.#takeStub()],
        [
          "Meinen Code behalten",
          () => {
            this.#save({ stub: fingerprint(this.#stub) });
            this.#notices.remove("stub");
          },
        ],
      ],
    );
  }

  async #download() {
    this.#flush();
    try {
      await downloadOwnFile(this.#exercise, (part) =>
        part === this.#part
          ? this.#editor.text
          : (readWork(`${this.#exercise}.${part}`)?.code ?? null),
      );
    } catch (error) {
      console.warn(error);
      this.#results.say(
        "Die Datei ließ sich nicht zusammenstellen. Prüfen Sie die Verbindung und versuchen Sie es " +
          "noch einmal, oder kopieren Sie Ihren Code aus dem Editor.",
        "wrong",
      );
    }
  }

  // Prüfen

  async #run() {
    if (this.#running) return;
    this.#prepareDownload();
    this.#flush();
    this.#setRunning(true);
    this.#results.say("");
    this.#results.output("", false, null);
    const text = this.#editor.text;
    const outcome = await this.#python.check(
      { exercise: this.#exercise, part: this.#part, source: `${text}\n` },
      (status) => this.#results.status(status),
    );
    this.#setRunning(false);
    if (outcome.status === "judged") this.#showJudged(text, outcome);
    else {
      this.#showEntry();
      this.#results.say(outcome.message, outcome.status === "unreadable" ? "wrong" : "problem");
      if (outcome.line) this.#editor.mark([outcome.line]);
    }
  }

  /** @param {boolean} running */
  #setRunning(running) {
    this.#running = running;
    const [run, stop] = [this.#button("run"), this.#button("stop")];
    // Ein gesperrter Knopf verlöre den Fokus; deshalb sagt dieser nur, dass er gerade nichts tut.
    run.setAttribute("aria-disabled", String(running));
    if (!running && document.activeElement === stop) run.focus();
    stop.disabled = !running;
    this.#results.progress({ phase: "idle" });
    if (this.#python.loaded)
      for (const size of findAll(document, ".editor-size")) size.hidden = true;
  }

  /**
   * @param {string} text
   * @param {Judged} outcome
   */
  #showJudged(text, { verdicts, output, cut, error }) {
    const gaps = verdicts.map(({ gap, status, message, line }) => ({
      gap,
      status,
      message: message.slice(0, LONGEST_MESSAGE),
      line,
    }));
    this.#save({ verdicts: { code: fingerprint(text), gaps } });
    this.#showEntry();
    const told = gaps.some(({ message }) => error && message.includes(error));
    this.#results.output(output, cut, told ? null : error);
    if (!this.#isStale())
      this.#editor.mark(
        gaps.flatMap(({ status, line }) => (status === "wrong" && line ? [line] : [])),
      );
  }
}
