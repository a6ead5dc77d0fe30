/** The attempt workflow of a repository in which somebody took the job over: it hands in what no agent's job would. */
import type { Hostile } from "./cases.ts";

/** Writes `result/` from `FORGES`, truthful but for what it lists. Runs inside the job. */
const FORGE = `
const { createHash } = require("node:crypto");
const { mkdirSync, writeFileSync } = require("node:fs");
mkdirSync("result/files", { recursive: true });
const manifest = JSON.parse(process.env.FORGES)[process.env.TASK].map((entry) => {
  if ("delete" in entry) return { change: "delete", path: entry.delete };
  const bytes = "base64" in entry ? Buffer.from(entry.base64, "base64") : Buffer.from(entry.text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  writeFileSync("result/files/" + sha256, bytes);
  return { change: "write", path: entry.write, mode: entry.mode ?? "100644", sha256, bytes: bytes.length };
});
const summary = JSON.parse(process.env.SUMMARIES)[process.env.TASK] ?? "Did it.";
const common = { outcome: "completed", summary, engine: "command", model: null, usage: null, notes: [] };
const result = { protocol: "1", attempt: process.env.ATTEMPT, ...common, manifest };
writeFileSync("result/result.json", JSON.stringify(result));
`;

export function forgingWorkflow(hostiles: readonly Hostile[]): string {
  const forges = Object.fromEntries(hostiles.map(({ id, forges }) => [id, forges]));
  const summaries = Object.fromEntries(hostiles.map(({ id, summary }) => [id, summary]));
  return JSON.stringify({
    name: "Headgate",
    "run-name": "headgate ${{ inputs.attempt }}",
    on: {
      workflow_dispatch: {
        inputs: Object.fromEntries(
          ["protocol", "attempt", "brief"].map((name) => [name, { type: "string", required: true }]),
        ),
      },
    },
    jobs: {
      attempt: {
        "runs-on": "ubuntu-latest",
        steps: [
          {
            env: {
              ATTEMPT: "${{ inputs.attempt }}",
              TASK: "${{ fromJSON(inputs.brief).task }}",
              FORGES: JSON.stringify(forges),
              SUMMARIES: JSON.stringify(summaries),
              FORGE,
            },
            run: 'node -e "$FORGE"',
          },
          { uses: "actions/upload-artifact@v4", with: { name: "headgate-result", path: "result" } },
        ],
      },
    },
  });
}
