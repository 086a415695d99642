// Läuft vor dem ersten Bild: Kästen sind zu, bevor etwas gezeichnet wird, und nur mit Skript.
document.documentElement.classList.add("scripted");
// Editoren gibt es nur auf einem Webserver und mit einem Browser, der Module und WebAssembly kann.
if (
  location.protocol !== "file:" &&
  "noModule" in HTMLScriptElement.prototype &&
  "WebAssembly" in window &&
  "Worker" in window
) {
  document.documentElement.classList.add("solvable");
  // Kommt das Skript der Editoren nicht an, sagt die Seite dasselbe wie ohne Skript.
  addEventListener(
    "error",
    ({ target }) => {
      if (target.type === "module") document.documentElement.classList.remove("solvable");
    },
    true,
  );
}
// Einstellungen, die sphinx-togglebutton als globale Namen erwartet.
var toggleHintShow = "";
var toggleHintHide = "";
var toggleOpenOnPrint = "false";
var togglebuttonSelector = ".admonition.dropdown";
