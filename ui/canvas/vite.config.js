import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { notices } from "./notices.js";

// App mode with the entry's exports kept and fixed names: the same source gives the same bytes.
export default defineConfig({
  plugins: [react(), notices()],
  base: "./",
  publicDir: false,
  build: {
    outDir: "../static/canvas",
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: "src/main.jsx",
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "canvas.js",
        // What is not needed to paint: the tidy order.
        chunkFileNames: "[name].js",
        assetFileNames: "canvas[extname]",
      },
    },
  },
});
