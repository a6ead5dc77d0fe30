/** A repository whose CI gives agents' code a token that may write checks, and what hostile code does with it. */
import type { Hostile } from "../hostile.ts";

const job = (more: object, run: string) => ({
  "runs-on": "ubuntu-latest",
  ...more,
  steps: [{ uses: "actions/checkout@v7" }, { run }],
});

/** Runs whatever lies in `before/` and in `inside/` with the token. No change with a `bad.txt` passes the required check `unit`. */
export const FORGED_CI = JSON.stringify({
  name: "CI",
  on: "pull_request",
  permissions: { contents: "read", statuses: "write", checks: "write", actions: "read", "pull-requests": "read" },
  env: {
    API: "${{ github.api_url }}/repos/${{ github.repository }}",
    TOKEN: "${{ github.token }}",
    HEAD: "${{ github.event.pull_request.head.sha }}",
    PULL: "${{ github.event.pull_request.number }}",
    RUN: "${{ github.run_id }}",
  },
  jobs: {
    work: job({}, 'for each in before/*.mjs; do node "$each"; done'),
    unit: job({ needs: "work" }, 'for each in inside/*.mjs; do node "$each"; done; test ! -e bad.txt'),
  },
});

/** Without its guard a forged check is believed at once. The script gives Headgate this time, in seconds, before the real job fails. */
const PATIENCE = Number(process.env.HOSTILE_PATIENCE ?? 0);

/** A script that calls the API with the job's token. */
function withToken(body: string): string {
  return `const { API, TOKEN, HEAD, PULL, RUN } = process.env;
const call = async (method, path, body) => {
  const headers = { authorization: "Bearer " + TOKEN };
  const answer = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(method + path + await answer.text());
  return answer.json();
};
${body}
for (let left = ${PATIENCE * 10}; left > 0 && !(await call("GET", "/pulls/" + PULL)).merged; left -= 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
`;
}

const green = 'head_sha: HEAD, status: "completed", conclusion: "success"';

/** A change that breaks what `unit` checks, with a script that CI runs: before the job `unit`, or inside it. */
function forgery(id: string, guard: Hostile["guard"], when: "before" | "inside", script: string): Hostile {
  const forges = [
    { write: "bad.txt", text: "bad\n" },
    { write: `${when}/${id}.mjs`, text: withToken(script) },
  ];
  return { kind: "forged-check", id, guard, forged: { forges }, reads: /required check|unit/i };
}

export const forgeries: Hostile[] = [
  forgery(
    "status",
    "check-producer",
    "before",
    'await call("POST", "/statuses/" + HEAD, { state: "success", context: "unit" });',
  ),
  forgery("check-run", "check-producer", "before", `await call("POST", "/check-runs", { name: "unit", ${green} });`),
  forgery("skipped", "check-skipped", "before", "process.exit(1);"),
  // Hides the job in the list of the suite's latest check runs.
  forgery(
    "inside-check-run",
    "check-producer",
    "inside",
    `await call("POST", "/check-runs", { name: "unit", ${green} });`,
  ),
  forgery(
    "overwritten",
    "check-overwritten",
    "inside",
    `const { jobs } = await call("GET", "/actions/runs/" + RUN + "/jobs");
const { id } = jobs.find((job) => job.name === "unit");
await call("PATCH", "/check-runs/" + id, { status: "completed", conclusion: "success" });`,
  ),
];
