// Der Editor selbst: prism-code-editor mit den Tasten, die Python und die Tastaturbedienung brauchen.

import {
  defaultKeymap,
  editHistory,
  editorCommands,
  setIgnoreTab,
} from "./prism-code-editor/extensions/commands/index.js";
import { createEditor, languageMap } from "./prism-code-editor/index.js";
import "./prism-code-editor/prism/languages/python.js";

const OPENS_BLOCK = /([([{][^)\]}]*|:\s*)$/;
const BRACKETS = /^(\[\]|\(\)|\{\})$/;

/**
 * @param {string} text
 * @param {number} position
 */
const lineBefore = (text, position) =>
  text.slice(text.lastIndexOf("\n", position - 1) + 1, position);

languageMap.python = {
  comments: { line: "#" },
  autoIndent: [
    ([start], text) => OPENS_BLOCK.test(lineBefore(text, start)),
    ([start, end], text) => BRACKETS.test((text[start - 1] ?? "") + (text[end] ?? "")),
  ],
};

/** @type {Record<string, import("./prism-code-editor/extensions/commands/index.js").EditorHotkey>} */
const keymap = { ...defaultKeymap };
// Den Tabulator schaltet hier Esc um, und nur bis zum Verlassen des Editors.
delete keymap["2+m"];
delete keymap["10+m"];

/**
 * Nach Esc geht Tab zum nächsten Bedienelement, bis getippt oder der Editor verlassen wird.
 * @param {import("./prism-code-editor/index.js").PrismEditor} editor
 */
const leaveWithEscape = (editor) => {
  const { textarea, keyCommandMap } = editor;
  keyCommandMap.Escape = () => {
    setIgnoreTab(true);
    editor.container.classList.add("leaving");
  };
  const stay = () => {
    setIgnoreTab(false);
    editor.container.classList.remove("leaving");
  };
  textarea.addEventListener("blur", stay);
  textarea.addEventListener("input", stay);
};

/**
 * Legt einen Editor an.
 * @param {Element} place Element, in das er kommt
 * @param {{text: string, label: string, help: string, onRun: () => void}} options dessen Text, Name
 *   und Erklärung (``id`` ihres Elements) und was Strg+Enter tut
 */
export const codeEditor = (place, { text, label, help, onRun }) => {
  const run = () => {
    onRun();
    return true;
  };
  const editor = createEditor(
    place,
    { language: "python", tabSize: 4, value: text },
    editorCommands({ ...keymap, "Mod+Enter": run }),
    editHistory(),
    leaveWithEscape,
  );
  const { textarea } = editor;
  textarea.setAttribute("aria-label", label);
  textarea.setAttribute("aria-describedby", help);
  return {
    /** @param {() => void} listener */
    onChange(listener) {
      editor.on("update", listener);
    },
    get text() {
      return editor.value;
    },
    /**
     * Ersetzt den ganzen Text.
     * @param {string} value
     */
    replace(value) {
      editor.setOptions({ value });
    },
    /**
     * Setzt die Schreibmarke an den Anfang einer Zeile und zeigt sie.
     * @param {number} line
     */
    goTo(line) {
      const lines = editor.value.split("\n");
      const before = lines.slice(0, line - 1).reduce((sum, entry) => sum + entry.length + 1, 0);
      const text = lines[line - 1] ?? "";
      const position = before + text.length - text.trimStart().length;
      textarea.focus({ preventScroll: true });
      textarea.setSelectionRange(position, position);
      (editor.lines[line] ?? editor.lines[1])?.scrollIntoView({ block: "center" });
    },
    /**
     * Hebt Zeilen hervor, bis sich der Text ändert.
     * @param {number[]} numbers
     */
    mark(numbers) {
      for (const line of editor.container.querySelectorAll(".line-at-fault"))
        line.classList.remove("line-at-fault");
      for (const number of numbers) editor.lines[number]?.classList.add("line-at-fault");
    },
    focus() {
      textarea.focus();
    },
  };
};
