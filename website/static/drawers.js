// Die Menüs schmaler Fenster: mit der Tastatur geöffnet, nehmen sie den Fokus; Esc, ein Verweis
// oder der Fokus außerhalb schließen sie. Ohne Skript öffnet und schließt sie das Kästchen allein.
(() => {
  const connect = (toggle, drawer) => {
    const close = (back) => {
      toggle.checked = false;
      if (back) toggle.focus();
    };
    toggle.addEventListener("change", () => {
      // Furo versteckt den Eintrag für die Seite selbst.
      const links = [...drawer.querySelectorAll("a[href]")];
      if (toggle.checked) links.find((link) => link.checkVisibility())?.focus();
    });
    drawer.addEventListener("click", (event) => {
      if (event.target.closest("a[href]")) close(false);
    });
    drawer.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !drawer.contains(event.relatedTarget)) close(false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.checked) close(true);
    });
  };

  const start = () => {
    for (const [id, name] of [["__navigation", "sidebar"], ["__toc", "toc"]]) {
      const toggle = document.getElementById(id);
      const drawer = document.querySelector(`.${name}-drawer`);
      if (toggle && drawer) connect(toggle, drawer);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
