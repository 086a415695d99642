// Die Seite »Mein Fortschritt«: Stand zeigen, sichern, einlesen, löschen.
import { confirmed } from "./dialog.js";
import { download } from "./download.js";
import { find, findAll } from "./elements.js";
import { downloadOwnFile } from "./exercises.js";
import { partProgress } from "./progress.js";
import { exportText, FileProblem, importWork, readFile, replacedBy } from "./progress-file.js";
import { allWork, readWork, watchOtherWindows, writeWork } from "./storage.js";

const status = find(document, ".progress-status", HTMLElement);

/** Alle Teile der Seite als Map von ``übung.teil`` auf Element und Lücken. */
const parts = new Map(
  findAll(document, "[data-exercise]").flatMap((exercise) =>
    findAll(exercise, "[data-part]").map((row) => [
      `${exercise.dataset.exercise}.${row.dataset.part}`,
      { row, gaps: (row.dataset.gaps ?? "").split(" ").map(Number) },
    ]),
  ),
);

/**
 * @param {string} text
 * @param {string} tone
 */
const say = (text, tone = "") => {
  status.textContent = text;
  status.dataset.tone = tone;
};

/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
const count = (number, one, many) => (number === 1 ? `1 ${one}` : `${number} ${many}`);

const show = () => {
  const work = allWork();
  for (const exercise of findAll(document, ".progress-exercise")) {
    let sum = 0;
    for (const [name, { row, gaps }] of parts) {
      if (!exercise.contains(row)) continue;
      const { correct, stale, started } = partProgress(work.get(name), gaps);
      sum += correct;
      row.dataset.state = stale
        ? "stale"
        : correct === gaps.length
          ? "done"
          : started
            ? "started"
            : "";
      find(row, ".progress-state", HTMLElement).textContent = stale
        ? "neu zu prüfen"
        : `${correct} von ${gaps.length}`;
    }
    const bar = exercise.querySelector("progress");
    if (!bar) continue;
    bar.value = sum;
    find(exercise, ".progress-sum", HTMLElement).textContent =
      `${sum} von ${exercise.dataset.total} Lücken richtig`;
  }
};

const exportAll = () => {
  const amount = allWork().size;
  if (!amount) return say("Es ist noch nichts gespeichert, das sich exportieren ließe.");
  const now = new Date();
  download(`faltwerk-${now.toISOString().slice(0, 10)}.json`, exportText(now), "application/json");
  say(`${count(amount, "Teil", "Teile")} exportiert.`);
};

/** @param {File} file */
const importFile = async (file) => {
  const known = new Map([...parts].map(([name, { gaps }]) => [name, gaps]));
  const { work, unknown } = await readFile(file, known);
  const skipped = unknown
    ? ` ${count(unknown, "Eintrag gehört", "Einträge gehören")} zu keinem Teil dieser Website und ` +
      `${unknown === 1 ? "wurde" : "wurden"} ausgelassen.`
    : "";
  if (!work.size) return say(`Die Datei enthält nichts für diese Website.${skipped}`);
  const replaced = replacedBy(work);
  if (replaced.length) {
    const sure = await confirmed(
      "Vorhandenen Code ersetzen?",
      `Der Import ersetzt Ihren Code in ${count(replaced.length, "Teil", "Teilen")}: ` +
        `${replaced.join(", ")}. Der bisherige lässt sich dort zurückholen.`,
      "Ersetzen",
    );
    if (!sure) return say("Nichts wurde geändert.");
  }
  const problem = importWork(work);
  if (problem) return say(`${problem} Der Import wurde zurückgenommen.`, "problem");
  say(`${count(work.size, "Teil", "Teile")} importiert.${skipped}`);
};

const clear = async () => {
  const names = [...allWork().keys()];
  if (!names.length) return say("Es ist nichts gespeichert.");
  const sure = await confirmed(
    "Alles löschen?",
    `Der Code und die Urteile von ${count(names.length, "Teil", "Teilen")} werden gelöscht und lassen ` +
      "sich nicht zurückholen. Exportieren Sie vorher, was Sie behalten wollen.",
    "Alles löschen",
  );
  if (!sure) return say("Nichts wurde geändert.");
  for (const name of names) writeWork(name, null);
  say("Alles gelöscht.");
};

const input = find(document, ".progress-tools input", HTMLInputElement);
const actions = { export: exportAll, import: () => input.click(), clear };

for (const [name, action] of Object.entries(actions)) {
  find(document, `.progress-tools [data-do="${name}"]`, HTMLElement).addEventListener(
    "click",
    async () => {
      await action();
      show();
    },
  );
}

input.addEventListener("change", async () => {
  const file = input.files?.[0];
  // Dieselbe Datei noch einmal zu wählen soll wieder etwas tun.
  try {
    if (file) await importFile(file);
  } catch (error) {
    if (!(error instanceof FileProblem)) console.warn(error);
    say(
      error instanceof FileProblem
        ? error.message
        : "Die Datei ließ sich nicht lesen. Nichts wurde geändert.",
      "problem",
    );
  }
  input.value = "";
  show();
});

for (const place of findAll(document, ".progress-exercise")) {
  const { exercise = "" } = place.dataset;
  place.querySelector('[data-do="download"]')?.addEventListener("click", async () => {
    try {
      await downloadOwnFile(exercise, (part) => readWork(`${exercise}.${part}`)?.code ?? null);
    } catch (error) {
      console.warn(error);
      say(
        "Die Datei ließ sich nicht zusammenstellen. Prüfen Sie die Verbindung und versuchen Sie es " +
          "noch einmal.",
        "problem",
      );
    }
  });
}

show();
watchOtherWindows(show);
window.addEventListener("pageshow", show);
