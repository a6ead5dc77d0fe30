/** Bundles what runs inside Actions into one file: a JavaScript action starts without an installation. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
/** The target folder. Tests bundle into one of their own. */
const folder = resolve(process.argv[2] ?? join(root, "dist", "action"));

await build({
  entryPoints: [join(root, "src", "job", "main.ts")],
  outfile: join(folder, "index.js"),
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  legalComments: "eof",
  // CommonJS dependencies ask for `require`, which an ES module does not have. A short name could meet a minified one.
  banner: {
    js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
  },
});
await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');

// PGlite takes seconds to make its first database; a copy of a fresh one takes a fraction. Only for the project's own dist.
const { TEMPLATE, writeTemplate } = await import("../src/store/folder.ts");
if (process.argv[2] === undefined && !existsSync(TEMPLATE)) await writeTemplate();
