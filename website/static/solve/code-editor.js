// Der Editor selbst: prism-code-editor mit den Tasten, die Python und die Tastaturbedienung brauchen.
import { createEditor, languageMap } from "./prism-code-editor/index.js";
import {
  defaultKeymap,
  editHistory,
  editorCommands,
  setIgnoreTab,
} from "./prism-code-editor/extensions/commands/index.js";
import "./prism-code-editor/prism/languages/python.js";

const OPENS_BLOCK = /([([{][^)\]}]*|:\s*)$/;
const BRACKETS = /^(\[\]|\(\)|\{\})$/;

const lineBefore = (text, position) =>
  text.slice(text.lastIndexOf("\n", position - 1) + 1, position);

languageMap.python = {
  comments: { line: "#" },
  autoIndent: [
    ([start], text) => OPENS_BLOCK.test(lineBefore(text, start)),
    ([start, end], text) => BRACKETS.test((text[start - 1] ?? "") + (text[end] ?? "")),
  ],
};

const keymap = { ...defaultKeymap };
// Den Tabulator schaltet hier Esc um, und nur bis zum Verlassen des Editors.
delete keymap["2+m"];
delete keymap["10+m"];

/** Nach Esc geht Tab zum nächsten Bedienelement, bis getippt oder der Editor verlassen wird. */
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
 * @param {{text: string, label: string, help: string, onRun: () => void}} options
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
    onChange(listener) {
      editor.on("update", listener);
    },
    get text() {
      return editor.value;
    },
    /** Ersetzt den ganzen Text. */
    replace(value) {
      editor.setOptions({ value });
    },
    /** Setzt die Schreibmarke an den Anfang einer Zeile und zeigt sie. */
    goTo(line) {
      const lines = editor.value.split("\n").slice(0, line - 1);
      const position = lines.reduce((sum, entry) => sum + entry.length + 1, 0);
      const indent = /^\s*/.exec(editor.value.slice(position).split("\n", 1)[0])[0].length;
      textarea.focus({ preventScroll: true });
      textarea.setSelectionRange(position + indent, position + indent);
      (editor.lines[line] ?? editor.lines[1]).scrollIntoView({ block: "center" });
    },
    /** Hebt Zeilen hervor, bis sich der Text ändert. */
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
