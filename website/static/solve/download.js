/**
 * Speichert einen Text als Datei, ohne Server.
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export const download = (name, text, type) => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Manche Browser lesen die Adresse erst nach dem Klick.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
