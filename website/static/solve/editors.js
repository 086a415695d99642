// Macht aus den Auflistungen einer Seite Editoren, sobald sie in die Nähe des Fensters kommen.
import { findAll } from "./elements.js";
import { Python } from "./python.js";

const NEAR = "800px 0px";

const python = new Python();
const boxes = findAll(document, ".editor-box[data-part]");

/** @param {HTMLElement} box */
const upgrade = async (box) => {
  try {
    const { EditorBox } = await import("./editor-box.js");
    new EditorBox(box, python);
  } catch (error) {
    // Fehlt eine Datei des Editors, bleibt die Auflistung stehen, mit dem Satz, der das erklärt.
    box.classList.add("without-editor");
    console.warn(error);
  }
};

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      upgrade(/** @type {HTMLElement} */ (target));
    }
  },
  { rootMargin: NEAR },
);
for (const box of boxes) observer.observe(box);
