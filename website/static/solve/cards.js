// Zeigt auf den Karten der Startseite, wie viele Lücken schon richtig sind.
import { findAll } from "./elements.js";
import { partProgress } from "./progress.js";
import { allWork } from "./storage.js";

const show = () => {
  const work = allWork();
  for (const place of findAll(document, ".card-progress")) {
    const { exercise, total } = place.dataset;
    const gaps = Array.from({ length: Number(total) }, (_, index) => index + 1);
    const correct = [...work]
      .filter(([name]) => name.startsWith(`${exercise}.`))
      .reduce((sum, [, entry]) => sum + partProgress(entry, gaps).correct, 0);
    place.textContent = correct
      ? `${Math.min(correct, gaps.length)} von ${total} Lücken richtig`
      : `${total} Lücken`;
  }
};

show();
// Der Browser zeigt die Seite beim Zurückgehen aus dem Gedächtnis; der Stand kann neuer sein.
window.addEventListener("pageshow", show);
