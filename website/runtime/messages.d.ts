// Was die Seite und der Arbeitsfaden, in dem Python läuft, einander schicken.

/** Das Urteil über eine Lücke. */
export type Verdict = {
  gap: number;
  status: "correct" | "wrong" | "open" | "untested";
  message: string;
  line: number | null;
};

/** Der Text eines Teils, der geprüft werden soll. */
export type Request = { exercise: string; part: string; source: string };

export type Judged = {
  status: "judged";
  verdicts: Verdict[];
  output: string;
  cut: boolean;
  error: string | null;
};

/** Warum es keine Urteile gibt, als Satz; ``line``, wo sich der Text nicht lesen ließ. */
export type Unjudged = {
  status: "busy" | "failed" | "stopped" | "timeout" | "unreadable";
  message: string;
  line?: number | null;
};

export type Outcome = Judged | Unjudged;

/** Alle Dateien nach Namen und, wenn es schon eines gibt, das übersetzte Python. */
export type Start = {
  kind: "start";
  files: Record<string, ArrayBuffer>;
  module: WebAssembly.Module | null;
};

export type Order = Start | ({ kind: "check" } & Request);

export type Answer =
  | { kind: "ready"; module: WebAssembly.Module | null }
  | { kind: "running" }
  | { kind: "done"; outcome: Outcome; memory: number }
  | { kind: "broken"; reason: string };
