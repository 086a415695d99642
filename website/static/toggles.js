// Ergänzt sphinx-togglebutton: Namen, Sprungziele, »alle auf/zu«, Drucken.
(() => {
  const boxes = () => [...document.querySelectorAll(".admonition.dropdown")];
  const isClosed = (box) => box.classList.contains("toggle-hidden");
  const button = (box) => box.querySelector(":scope > .admonition-title > .toggle-button");

  const setOpen = (box, open) => {
    if (isClosed(box) === open) button(box)?.click();
  };

  const nameButtons = () => {
    for (const box of boxes()) {
      const title = box.querySelector(":scope > .admonition-title");
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
    for (let node = target; node; node = node.parentElement) {
      if (node.matches("details:not([open])")) {
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
    const hints = [...document.querySelectorAll(".dropdown details:not([open])")];
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

  const actions = {
    open: () => boxes().forEach((box) => setOpen(box, true)),
    close: () => boxes().forEach((box) => setOpen(box, false)),
    print: printWithSolutions,
  };

  const start = () => {
    nameButtons();
    openTarget();
    for (const tool of document.querySelectorAll("[data-toggles]")) {
      tool.addEventListener("click", actions[tool.dataset.toggles]);
    }
    window.addEventListener("hashchange", openTarget);
    // Ein zweiter Klick auf denselben Verweis ändert die Adresse nicht mehr.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.('a[href^="#"]');
      if (link && link.hash === location.hash) openTarget();
    });
    document.documentElement.classList.add("toggles-ready");
  };
  // Nach sphinx-togglebutton, das auf dasselbe Ereignis wartet und früher geladen ist.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
