// Was rollt, muss mit der Tastatur erreichbar sein und einen Namen haben. Was ganz zu sehen ist,
// soll kein Halt der Tabulatortaste sein; das hängt von der Breite des Fensters ab.
(() => {
  const NAMES = {
    Ausgabe: ".cell_output pre",
    Code: "pre",
    Tabelle: ".table-wrapper",
    Formel: ".formula",
    Abbildung: ".wide-figure",
  };

  const nameOf = (node) => Object.keys(NAMES).find((name) => node.matches(NAMES[name]));

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
    const regions = document.querySelectorAll(`article :is(${Object.values(NAMES).join()})`);
    const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => update(target)));
    for (const region of regions) observer.observe(region);
    document.fonts.ready.then(() => regions.forEach(update));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
