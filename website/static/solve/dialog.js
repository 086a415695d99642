// Fragen, die eine Antwort brauchen, und Texte zum Ansehen, im <dialog> des Browsers.
/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} text
 * @param {Partial<HTMLElementTagNameMap[T]>} properties
 */
const element = (tag, text, properties) =>
  Object.assign(document.createElement(tag), { textContent: text }, properties);

let counter = 0;

/**
 * @param {string} title
 * @param {Element} body
 * @param {{text: string, value: string}[]} buttons
 * @returns {Promise<string>} der Wert des gedrückten Knopfs
 */
const show = (title, body, buttons) =>
  new Promise((resolve) => {
    const dialog = element("dialog", "", { className: "solve-dialog" });
    const heading = element("h2", title, { id: `frage-${++counter}` });
    dialog.setAttribute("aria-labelledby", heading.id);
    const form = element("form", "", { method: "dialog" });
    for (const { text, value } of buttons) form.append(element("button", text, { value }));
    dialog.append(heading, body, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });

/**
 * Stellt eine Frage; verspricht true, wenn sie mit ``yes`` beantwortet wird. Esc heißt nein.
 * @param {string} title
 * @param {string} text
 * @param {string} yes
 */
export const confirmed = async (title, text, yes) =>
  (await show(title, element("p", text, {}), [
    { text: "Abbrechen", value: "" },
    { text: yes, value: "yes" },
  ])) === "yes";

/**
 * Zeigt einen Text als Code.
 * @param {string} title
 * @param {string} code
 */
export const showCode = (title, code) => {
  const pre = element("pre", code, { tabIndex: 0 });
  return show(title, pre, [{ text: "Schließen", value: "" }]);
};
