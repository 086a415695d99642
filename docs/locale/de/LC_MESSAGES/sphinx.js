Documentation.addTranslations({
  "locale": "de",
  "messages": {
    ", in ": ", in ",
    "Hide Search Matches": "Treffer nicht mehr hervorheben",
    "Preparing search...": "Die Suche wird vorbereitet …",
    "Search": "Suche",
    "Search Results": "Suchergebnisse",
    "Searching": "Suche läuft",
    "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
      "Keine Seite enthält diese Wörter. Bitte prüfen Sie die Schreibweise.",
    "Search finished, found one page matching the search query.": [
      "Die Suche hat eine Seite gefunden.",
      "Die Suche hat ${resultCount} Seiten gefunden."
    ]
  },
  "plural_expr": "(n != 1)"
});
