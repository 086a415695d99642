// Service Worker nur für die Dateien unter _static/python/: Er gibt dem Arbeitsfaden die Skripte,
// die die Seite schon geladen und geprüft hat. So startet Python auch ohne Verbindung neu.
// Seine Adresse muss bleiben. Er sucht nach ganzen Adressen, und in denen steht die Fassung: Auch ein
// älterer gibt nie etwas heraus, das nicht zur Seite gehört.
"use strict";

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

scope.addEventListener("install", () => scope.skipWaiting());

scope.addEventListener("fetch", (event) => {
  const { url } = event.request;
  event.respondWith(caches.match(url).then((hit) => hit ?? fetch(event.request)));
});
