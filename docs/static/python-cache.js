// Service Worker nur für die Dateien unter _static/python/: Er gibt dem Arbeitsfaden die Skripte,
// die die Seite schon geladen und geprüft hat. So startet Python auch ohne Verbindung neu.
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { url } = event.request;
  event.respondWith(caches.match(url).then((hit) => hit ?? fetch(event.request)));
});
