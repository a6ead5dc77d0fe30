/** Runs the demo as a user does, and fails where the feature was not completed or what was merged is not what was tested. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "headgate-demo-"));
const file = join(folder, "report.json");
const demo = spawnSync("npm", ["run", "demo", "--", "--json", file], { stdio: "inherit" });
if (demo.status !== 0) process.exit(1);
const { feature, makespan, merges } = JSON.parse(readFileSync(file, "utf8"));
rmSync(folder, { recursive: true });

const ratio = (makespan.seconds / makespan.criticalPathSeconds).toFixed(2);
console.log(`demo: ${merges.length} merges, ${makespan.seconds} s, ${ratio} times the critical path`);
const untested = merges.filter((merge) => merge.testedTree !== merge.landedTree);
if (feature.status !== "completed" || untested.length > 0) {
  console.error(`The feature is ${feature.status}; ${untested.length} merges landed another tree than was tested.`);
  process.exit(1);
}
