/**
 * The attempt workflow of a repository with hostile agents. Real agents run in the real job. Of the other tasks somebody took the job
 * over: it hands in what no agent's job would.
 */
import { parse, stringify } from "yaml";
import { attemptWorkflow } from "../../src/cli/run/site.ts";
import type { Hostile } from "./hostile.ts";

/** Writes `result/` from `FORGED`, truthful but for what it says. Runs inside the job. */
const FORGE = `
const { createHash } = require("node:crypto");
const { mkdirSync, writeFileSync } = require("node:fs");
const { forges, result: fields, afterwards } = JSON.parse(process.env.FORGED)[process.env.TASK];
mkdirSync("result/files", { recursive: true });
const manifest = forges.map((entry) => {
  if ("delete" in entry) return { change: "delete", path: entry.delete };
  const bytes = "base64" in entry ? Buffer.from(entry.base64, "base64") : Buffer.from(entry.text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  writeFileSync("result/files/" + sha256, bytes);
  return { change: "write", path: entry.write, mode: entry.mode ?? "100644", sha256, bytes: bytes.length };
});
const common = { outcome: "completed", summary: "Did it.", engine: "command", model: null, usage: null, notes: [] };
const result = { protocol: "1", attempt: process.env.ATTEMPT, ...common, manifest, ...fields };
writeFileSync("result/result.json", JSON.stringify(result));
eval(afterwards ?? "");
`;

export function hostileWorkflow(hostiles: readonly Hostile[]): string {
  const forged = Object.fromEntries(hostiles.flatMap(({ id, forged: job }) => (job === undefined ? [] : [[id, job]])));
  const agents = hostiles.flatMap(({ id, agent }) => (agent === undefined ? [] : `${id})\n${agent}\n;;`));
  // A trick that does not work proves nothing.
  const agentCommand = `set -e\ncase "$HEADGATE_TASK_ID" in\n${agents.join("\n")}\nesac`;
  const workflow = parse(attemptWorkflow({ engine: "command", agentCommand }));
  const isForged = `contains(fromJSON('${JSON.stringify(Object.keys(forged))}'), fromJSON(inputs.brief).task)`;
  const fails = hostiles.filter((one) => one.forged?.fails).map(({ id }) => id);
  workflow.jobs = {
    attempt: { if: `!${isForged}`, ...workflow.jobs.attempt },
    forged: {
      if: isForged,
      "runs-on": "ubuntu-latest",
      steps: [
        {
          env: {
            ATTEMPT: "${{ inputs.attempt }}",
            TASK: "${{ fromJSON(inputs.brief).task }}",
            FORGED: JSON.stringify(forged),
            FORGE,
          },
          run: 'node -e "$FORGE"',
        },
        { uses: "actions/upload-artifact@v4", with: { name: "headgate-result", path: "result" } },
        { if: `contains(fromJSON('${JSON.stringify(fails)}'), fromJSON(inputs.brief).task)`, run: "exit 1" },
      ],
    },
  };
  return stringify(workflow);
}
