// Läuft vor dem ersten Bild: Kästen sind zu, bevor etwas gezeichnet wird, und nur mit Skript.
document.documentElement.classList.add("scripted");
// Editoren gibt es nur auf einem Webserver; die beiden Namen stehen für einen aktuellen Browser.
if (
  location.protocol !== "file:" &&
  "DecompressionStream" in window &&
  "structuredClone" in window
) {
  document.documentElement.classList.add("solvable");
  // Kommt das Skript der Editoren nicht an, sagt die Seite dasselbe wie ohne Skript.
  addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement && target.type === "module")
        document.documentElement.classList.remove("solvable");
    },
    true,
  );
}
// Einstellungen, die sphinx-togglebutton als globale Namen erwartet.
Object.assign(window, {
  toggleHintShow: "",
  toggleHintHide: "",
  toggleOpenOnPrint: "false",
  togglebuttonSelector: ".admonition.dropdown",
});
