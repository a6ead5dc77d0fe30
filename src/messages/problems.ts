/** Why Headgate cannot start in a repository, each with its fix. */
export const problems = {
  noBase: (branch: string) => `The branch \`${branch}\` does not exist. Create it, or name another base branch.`,
  noWorkflow: (path: string, branch: string) =>
    `\`${path}\` is missing on \`${branch}\`: agents run in that workflow. Add it as the README shows.`,
  branchInTheWay: () =>
    "A branch named `headgate` exists, and git cannot hold `headgate/…` branches beside it. Rename or delete that branch.",
  noChecks: (branch: string) =>
    `\`${branch}\` requires no checks, so nothing would judge an agent's work. Require at least one status check in the branch's protection, or name one under \`checks\` in \`.github/headgate.yml\`.`,
};
