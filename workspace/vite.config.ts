import { defineConfig } from "vite";

/* Names without hashes: the files are compared with a fresh build, and the server says how long they may be kept. */
export default defineConfig({
  build: {
    outDir: "../src/bailiwick_web/static/workspace",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { workspace: "src/main.ts" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
