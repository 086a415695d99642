// Spielt bewegte Abbildungen nur auf Wunsch ab; ein zweiter Druck zeigt wieder das ruhende Bild.
(() => {
  /** @param {HTMLElement} button */
  const connect = (button) => {
    const before = /** @type {Element} */ (button.closest(".motion")?.previousElementSibling);
    const image = /** @type {HTMLImageElement} */ (before.querySelector("img") ?? before);
    const still = image.src;
    const { motion = "" } = button.dataset;
    button.addEventListener("click", () => {
      const stops = image.src !== still;
      image.src = stops ? still : motion;
      button.textContent = stops ? "Bewegung abspielen" : "Bewegung anhalten";
      button.classList.toggle("playing", !stops);
    });
  };
  const start = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const buttons = document.querySelectorAll("[data-motion]");
    for (const button of buttons) connect(button);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
