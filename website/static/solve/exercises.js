// Die Daten der Übungen, beim Bauen der Website geschrieben, und Dateien daraus.
import { download } from "./download.js";

/** @typedef {{stub: string, parts: {name: string, first: number, last: number}[]}} Exercise */

/** @type {Map<string, Promise<Exercise>>} */
const loads = new Map();
const folder = new URL("exercises/", import.meta.url);

/**
 * @param {string} name
 * @returns {Promise<Exercise>}
 */
const load = async (name) => {
  const answer = await fetch(new URL(`${name}.json`, folder));
  if (!answer.ok) throw new Error(`${name}.json: ${answer.status}`);
  return answer.json();
};

/**
 * Die Daten einer Übung, einmal geholt; nach einem Fehlschlag versucht es der nächste Aufruf neu.
 * @param {string} name
 */
export const exerciseData = (name) => {
  const known = loads.get(name);
  if (known) return known;
  const loading = load(name);
  loads.set(name, loading);
  loading.catch(() => loads.delete(name));
  return loading;
};

/**
 * Der Rumpf einer Übung mit dem eigenen Code an der Stelle seiner Teile.
 * @param {Exercise} exercise
 * @param {(part: string) => string | null} codeOf
 */
export const ownFile = (exercise, codeOf) => {
  const lines = exercise.stub.split("\n");
  const pieces = [];
  let next = 0;
  for (const { name, first, last } of exercise.parts) {
    const code = codeOf(name);
    pieces.push(...lines.slice(next, first - 1));
    pieces.push(...(code === null ? lines.slice(first - 1, last) : [code.replace(/\s+$/, "")]));
    next = last;
  }
  return [...pieces, ...lines.slice(next)].join("\n");
};

/**
 * Bietet die eigene Datei einer Übung zum Speichern an; »faltwerk check« nimmt sie an.
 * @param {string} name
 * @param {(part: string) => string | null} codeOf
 */
export const downloadOwnFile = async (name, codeOf) =>
  download(`${name}.py`, ownFile(await exerciseData(name), codeOf), "text/x-python");
