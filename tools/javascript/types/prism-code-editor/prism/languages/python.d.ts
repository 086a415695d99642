export * from "prism-code-editor/prism/languages/python.js";
