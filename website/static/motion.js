// Spielt bewegte Abbildungen nur auf Wunsch ab; ein zweiter Druck zeigt wieder das ruhende Bild.
(() => {
  const connect = (button) => {
    const before = button.closest(".motion").previousElementSibling;
    const image = before.querySelector("img") ?? before;
    const still = image.src;
    button.addEventListener("click", () => {
      const stops = image.src !== still;
      image.src = stops ? still : button.dataset.motion;
      button.textContent = stops ? "Bewegung abspielen" : "Bewegung anhalten";
      button.classList.toggle("playing", !stops);
    });
  };
  const start = () => document.querySelectorAll("[data-motion]").forEach(connect);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
