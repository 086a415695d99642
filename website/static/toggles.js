// Ergänzt sphinx-togglebutton: Namen, Sprungziele, »alle auf/zu«, Drucken.
(() => {
  const boxes = () => [...document.querySelectorAll(".admonition.dropdown")];
  /** @param {Element} box */
  const isClosed = (box) => box.classList.contains("toggle-hidden");
  /**
   * @param {Element} box
   * @returns {HTMLElement | null}
   */
  const button = (box) => box.querySelector(":scope > .admonition-title > .toggle-button");

  /**
   * @param {Element} box
   * @param {boolean} open
   */
  const setOpen = (box, open) => {
    if (isClosed(box) === open) button(box)?.click();
  };

  const nameButtons = () => {
    for (const box of boxes()) {
      const title = /** @type {Element} */ (box.querySelector(":scope > .admonition-title"));
      const name = title.textContent.trim().replace(/\s+/g, " ");
      button(box)?.setAttribute("aria-label", name);
      for (const icon of title.querySelectorAll("svg")) icon.setAttribute("aria-hidden", "true");
    }
  };

  // Ein Verweis auf etwas in einem Kasten öffnet alles, worin es liegt.
  const openTarget = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    let opened = false;
    for (let node = /** @type {Element | null} */ (target); node; node = node.parentElement) {
      if (node instanceof HTMLDetailsElement && !node.open) {
        node.open = true;
        opened = true;
      }
      if (node.matches(".admonition.dropdown") && isClosed(node)) {
        setOpen(node, true);
        opened = true;
      }
    }
    if (opened) target.scrollIntoView();
  };

  const printWithSolutions = () => {
    const closed = boxes().filter(isClosed);
    /** @type {NodeListOf<HTMLDetailsElement>} */
    const hints = document.querySelectorAll(".dropdown details:not([open])");
    for (const box of closed) setOpen(box, true);
    for (const hint of hints) hint.open = true;
    window.addEventListener(
      "afterprint",
      () => {
        for (const box of closed) setOpen(box, false);
        for (const hint of hints) hint.open = false;
      },
      { once: true },
    );
    window.print();
  };

  /** @param {boolean} open */
  const setAll = (open) => {
    for (const box of boxes()) setOpen(box, open);
  };

  const actions = {
    open: () => setAll(true),
    close: () => setAll(false),
    print: printWithSolutions,
  };

  const start = () => {
    nameButtons();
    openTarget();
    for (const [name, action] of Object.entries(actions)) {
      const tools = document.querySelectorAll(`[data-toggles="${name}"]`);
      for (const tool of tools) tool.addEventListener("click", action);
    }
    window.addEventListener("hashchange", openTarget);
    // Ein zweiter Klick auf denselben Verweis ändert die Adresse nicht mehr.
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
      if (link instanceof HTMLAnchorElement && link.hash === location.hash) openTarget();
    });
    document.documentElement.classList.add("toggles-ready");
  };
  // Nach sphinx-togglebutton, das auf dasselbe Ereignis wartet und früher geladen ist.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
