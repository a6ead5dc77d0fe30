/**
 * `node tools/parts.mjs check|ci|nightly`: runs the parts one after another, stops at the first that fails, and prints how
 * long each took. Plain JavaScript for Node 20, since the first part of `ci` installs the dependencies.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { environment } from "./with-deps.mjs";

const sequences = {
  /** Under a minute: while you work. */
  check: {
    lint: "npm run lint",
    types: "npm run types",
    tests: "vitest run test/core test/messages",
  },
  /** Under 50 minutes on 2 cores: before every merge. */
  ci: {
    install: ".ci/install",
    "npm test": "npm test",
    // As an ordinary user, also where CI is root.
    hostile: "npm run hostile",
    // Three thousand scenarios, or as many as a slow machine plays in four minutes. Ten thousand run at night.
    simulate: "npm run simulate -- --seeds 3000 --within 4",
    // A scenario catches every seeded bug.
    mutants: "npm run simulate -- --mutants",
    demo: "node tools/check-demo.mjs",
  },
  /** Parts that take longer than CI may. */
  nightly: {
    seeds: "npm run simulate -- --seeds 10000",
    sweep: "npm run simulate -- --sweep",
    kills: "npx vitest run --project nightly",
    // Takes away what keeps each hostile agent out, and sees it succeed.
    guards: "node test/hostile/guards/removed.ts",
    // A server under what strangers and hostile agents can send.
    load: "npm run load",
    bench: "npm run bench",
    replicas: "npm run bench -- --only replicas",
    bare: "tools/bare-machine.sh",
  },
};

const parts = sequences[process.argv[2]];
if (parts === undefined) {
  console.error(`Name one of: ${Object.keys(sequences).join(", ")}`);
  process.exit(2);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const lines = [];
let failed = false;
const began = Date.now();
for (const [name, command] of Object.entries(parts)) {
  console.log(`\n== ${name}: ${command}`);
  const partBegan = Date.now();
  const { status } = spawnSync(command, { cwd: root, stdio: "inherit", shell: true, env: environment() });
  failed = status !== 0;
  lines.push(line(name, partBegan, failed ? "FAILED" : ""));
  if (failed) break;
}
console.log(`\n${[...lines, line("total", began, "")].join("\n")}`);
process.exit(failed ? 1 : 0);

function line(name, since, note) {
  const minutes = ((Date.now() - since) / 60_000).toFixed(1);
  return `${name.padEnd(10)}${minutes.padStart(6)} min  ${note}`.trimEnd();
}
