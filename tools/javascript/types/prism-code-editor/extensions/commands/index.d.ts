export * from "prism-code-editor/extensions/commands/index.js";
