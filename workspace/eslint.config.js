import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "*.config.*"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "max-lines": ["error", 420],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ["src/{model,journal}/**"], rules: { "no-restricted-globals": ["error", "document", "window", "fetch", "localStorage", "HTMLElement"], "no-restricted-imports": ["error", { patterns: ["../map/*", "../panels/*", "../api/*"] }] } },
  { files: ["test/**"], rules: { "max-lines-per-function": "off" } },
);
