/**
 * Builds each workspace of `packages/` into its `dist`, a folder that can be published: `npm pack ./packages/NAME/dist`.
 * In the workspace the exports name TypeScript; Node.js strips no types under node_modules, so that a published package must
 * bring plain JavaScript.
 *
 *   node tools/build-packages.mjs [FOLDER]    into FOLDER/NAME instead; tests build into a folder of their own
 */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { environment } from "./with-deps.mjs";

const root = join(import.meta.dirname, "..");
const target = process.argv[2];
for (const name of readdirSync(join(root, "packages"))) {
  const source = join(root, "packages", name);
  build(source, target === undefined ? join(source, "dist") : resolve(target, name));
}

function build(source, folder) {
  rmSync(folder, { recursive: true, force: true });
  const project = join(source, "tsconfig.build.json");
  const compiled = spawnSync("tsc", ["-p", project, "--outDir", folder], { stdio: "inherit", env: environment() });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  const isAsset = (path) => statSync(path).isDirectory() || !path.endsWith(".ts");
  cpSync(join(source, "src"), folder, { recursive: true, filter: isAsset });
  cpSync(join(source, "README.md"), join(folder, "README.md"));
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published(manifest), null, 2)}\n`);
}

/** The manifest with exports that name the built files, without what only the workspace needs. */
function published({ private: _, scripts: __, devDependencies: ___, ...manifest }) {
  const built = (file) => {
    const base = file.replace(/^\.\/src\//, "./").replace(/\.ts$/, "");
    return { types: `${base}.d.ts`, default: `${base}.js` };
  };
  const exports = Object.entries(manifest.exports).map(([door, file]) => [door, built(file)]);
  return { ...manifest, exports: Object.fromEntries(exports) };
}
