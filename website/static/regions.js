// Was rollt, muss mit der Tastatur erreichbar sein und einen Namen haben. Was ganz zu sehen ist,
// soll kein Halt der Tabulatortaste sein; das hängt von der Breite des Fensters ab.
(() => {
  /** @type {Record<string, string>} */
  const NAMES = {
    Ausgabe: ".cell_output pre",
    Code: "pre",
    Tabelle: ".table-wrapper",
    Formel: ".formula",
    Abbildung: ".wide-figure",
  };

  /** @param {Element} node */
  const nameOf = (node) =>
    Object.entries(NAMES).find(([, selector]) => node.matches(selector))?.[0] ?? "";

  /** @param {HTMLElement} node */
  const update = (node) => {
    const rolls = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight + 1;
    if (rolls === node.hasAttribute("tabindex")) return;
    if (rolls) {
      node.tabIndex = 0;
      node.setAttribute("role", "group");
      node.setAttribute("aria-label", nameOf(node));
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) node.removeAttribute(name);
    }
  };

  const start = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const regions = document.querySelectorAll(`article :is(${Object.values(NAMES).join()})`);
    const observer = new ResizeObserver((entries) => {
      for (const { target } of entries) update(/** @type {HTMLElement} */ (target));
    });
    for (const region of regions) observer.observe(region);
    document.fonts.ready.then(() => regions.forEach(update));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
