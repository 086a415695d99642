// Elemente finden, die zur Seite gehören.

/**
 * Das erste Element zu einem Selektor; fehlt es oder ist es ein anderes, passen Seite und Skript
 * nicht zusammen.
 * @template {Element} T
 * @param {ParentNode} place
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export const find = (place, selector, kind) => {
  const found = place.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`Auf der Seite fehlt »${selector}«.`);
};

/**
 * Alle Elemente zu einem Selektor.
 * @param {ParentNode} place
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export const findAll = (place, selector) => {
  /** @type {NodeListOf<HTMLElement>} */
  const found = place.querySelectorAll(selector);
  return [...found];
};
