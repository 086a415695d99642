export * from "prism-code-editor/index.js";
