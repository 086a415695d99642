// Läuft vor dem ersten Bild: Kästen sind zu, bevor etwas gezeichnet wird, und nur mit Skript.
document.documentElement.classList.add("scripted");
// Einstellungen, die sphinx-togglebutton als globale Namen erwartet.
var toggleHintShow = "";
var toggleHintHide = "";
var toggleOpenOnPrint = "false";
var togglebuttonSelector = ".admonition.dropdown";
