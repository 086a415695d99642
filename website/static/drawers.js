// Die Menüs schmaler Fenster: mit der Tastatur geöffnet, nehmen sie den Fokus; Esc, ein Verweis
// oder der Fokus außerhalb schließen sie. Ohne Skript öffnet und schließt sie das Kästchen allein.
(() => {
  /**
   * @param {HTMLInputElement} toggle
   * @param {HTMLElement} drawer
   */
  const connect = (toggle, drawer) => {
    /** @param {boolean} back ob der Fokus zum Kästchen zurückgeht */
    const close = (back) => {
      toggle.checked = false;
      if (back) toggle.focus();
    };
    toggle.addEventListener("change", () => {
      // Furo versteckt den Eintrag für die Seite selbst.
      /** @type {NodeListOf<HTMLAnchorElement>} */
      const links = drawer.querySelectorAll("a[href]");
      if (toggle.checked) [...links].find((link) => link.checkVisibility())?.focus();
    });
    drawer.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a[href]")) close(false);
    });
    drawer.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !drawer.contains(relatedTarget)) close(false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.checked) close(true);
    });
  };

  const start = () => {
    for (const [id, name] of Object.entries({ __navigation: "sidebar", __toc: "toc" })) {
      const toggle = document.getElementById(id);
      /** @type {HTMLElement | null} */
      const drawer = document.querySelector(`.${name}-drawer`);
      if (toggle instanceof HTMLInputElement && drawer) connect(toggle, drawer);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
