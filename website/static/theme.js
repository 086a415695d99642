// Steht am Anfang von <body>, damit die Seite gleich im gewählten Farbschema erscheint.
document.body.dataset.theme = (() => {
  try {
    return localStorage.getItem("theme") || "auto";
  } catch {
    return "auto";
  }
})();
