import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The licences of every package that is in the bundle, as one file beside it. */
export function notices() {
  return {
    name: "notices",
    generateBundle(_options, bundle) {
      const folders = new Map();
      for (const chunk of Object.values(bundle)) {
        for (const id of Object.keys(chunk.modules ?? {})) {
          const found = PACKAGE.exec(id.replaceAll("\\", "/"));
          if (found) folders.set(found[1], found[0]);
        }
      }
      // React Flow's styles are in the bundle, whose modules name scripts alone.
      const parts = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, folder]) => notice(name, folder));
      const head = "canvas.js and canvas.css contain parts of the packages below.\n";
      this.emitFile({ type: "asset", fileName: "NOTICES.txt", source: [head, ...parts].join("\n") });
    },
  };
}

function notice(name, folder) {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8"));
  const file = readdirSync(folder).sort().find((each) => /^licen[cs]e/i.test(each));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf-8").trim() : "";
  if (!license && !text) throw new Error(`The package ${name} does not say under which licence it is.`);
  return `${"-".repeat(72)}\n${name} ${version} (${license})\n\n${text}\n`;
}
