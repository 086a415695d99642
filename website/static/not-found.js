// Nur auf der Seite für unbekannte Adressen: legt fest, wovon ihre Verweise ausgehen.
(() => {
  if (document.querySelector("base")) return;
  const base = document.createElement("base");
  base.href = new URL("..", document.currentScript.src).href;
  document.head.prepend(base);
  // Sprungziele auf der Seite selbst gingen sonst auch von dort aus.
  document.addEventListener("DOMContentLoaded", () => {
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      link.href = location.pathname + location.search + link.getAttribute("href");
    }
    for (const use of document.querySelectorAll('use[href^="#"]')) {
      use.setAttribute("href", location.pathname + location.search + use.getAttribute("href"));
    }
  });
})();
