// Was doctools.js von Sphinx an Übersetzungen kennt.
declare const Documentation: {
  LOCALE: string;
  PLURAL_EXPR: (n: number) => number;
  TRANSLATIONS: Record<string, string | string[]>;
};
