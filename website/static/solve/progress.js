// Zählt aus dem Gespeicherten, welche Lücken richtig sind.
import { fingerprint } from "./storage.js";

/** @import { Entry } from "./storage.js" */

/**
 * Der Stand eines Teils.
 * @param {Entry | undefined} entry sein Eintrag im Speicher
 * @param {number[]} gaps seine Lücken
 * @returns {{correct: number, stale: boolean, started: boolean}} ``stale``: Der Code hat sich seit
 *   der letzten Prüfung geändert, ihre Urteile zählen nicht.
 */
export const partProgress = (entry, gaps) => {
  const verdicts = entry?.verdicts;
  const stale = Boolean(entry && verdicts && verdicts.code !== fingerprint(entry.code));
  const correct = new Set(
    (stale || !verdicts ? [] : verdicts.gaps)
      .filter(({ gap, status }) => status === "correct" && gaps.includes(gap))
      .map(({ gap }) => gap),
  ).size;
  return { correct, stale, started: entry !== undefined };
};
