// Nur auf der Seite für unbekannte Adressen: legt fest, wovon ihre Verweise ausgehen.
(() => {
  if (document.querySelector("base")) return;
  const base = document.createElement("base");
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  base.href = new URL("..", script.src).href;
  document.head.prepend(base);
  // Sprungziele auf der Seite selbst gingen sonst auch von dort aus.
  document.addEventListener("DOMContentLoaded", () => {
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = document.querySelectorAll('a[href^="#"]');
    for (const link of links) {
      link.href = location.pathname + location.search + link.getAttribute("href");
    }
    for (const use of document.querySelectorAll('use[href^="#"]')) {
      use.setAttribute("href", location.pathname + location.search + use.getAttribute("href"));
    }
  });
})();
