// Texte der Suche. Statt »addTranslations« direkt eingetragen, weil das den Ausdruck für die
// Mehrzahl aus Text übersetzt, was eine strenge Sicherheitsrichtlinie verbietet.
Documentation.LOCALE = "de";
Documentation.PLURAL_EXPR = (n) => (n === 1 ? 0 : 1);
Object.assign(Documentation.TRANSLATIONS, {
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
    "Die Suche hat ${resultCount} Seiten gefunden.",
  ],
});
