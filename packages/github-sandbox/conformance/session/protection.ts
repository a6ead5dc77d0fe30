/** Classic branch protection part by part, and rulesets. */
import { refused, type Stage } from "./stage.ts";

export async function protectionParts(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("parts");
  const main = { ...at, branch: "main" };
  // Octokit's own methods send the bare list of an earlier description.
  const changed = (method: string, list: string, names: Record<string, string[]>) =>
    ada.request(`${method} /repos/{owner}/{repo}/branches/{branch}/protection/${list}`, { ...main, ...names });
  await ada.rest.repos.updateBranchProtection({
    ...main,
    required_status_checks: { strict: false, contexts: ["unit"] },
    enforce_admins: null,
    required_pull_request_reviews: {
      bypass_pull_request_allowances: { users: ["wim"], apps: [stage.app.slug] },
      dismiss_stale_reviews: true,
    },
    restrictions: { users: ["wim"], teams: [], apps: [stage.app.slug] },
    required_conversation_resolution: true,
    lock_branch: false,
    block_creations: true,
  });
  await ada.rest.repos.getBranchProtection(main);
  await ada.rest.repos.getBranch(main);

  await ada.rest.repos.getPullRequestReviewProtection(main);
  await ada.rest.repos.updatePullRequestReviewProtection({ ...main, required_approving_review_count: 2 });
  await ada.rest.repos.deletePullRequestReviewProtection(main);
  await refused(404, ada.rest.repos.deletePullRequestReviewProtection(main));

  await ada.rest.repos.getAdminBranchProtection(main);
  await ada.rest.repos.setAdminBranchProtection(main);
  await ada.rest.repos.deleteAdminBranchProtection(main);
  await ada.rest.repos.createCommitSignatureProtection(main);
  await ada.rest.repos.getCommitSignatureProtection(main);
  await ada.rest.repos.deleteCommitSignatureProtection(main);

  await ada.rest.repos.getStatusChecksProtection(main);
  await ada.rest.repos.updateStatusCheckProtection({ ...main, strict: true });
  await changed("POST", "required_status_checks/contexts", { contexts: ["whole"] });
  await ada.rest.repos.getAllStatusCheckContexts(main);
  await changed("DELETE", "required_status_checks/contexts", { contexts: ["whole"] });
  await changed("PUT", "required_status_checks/contexts", { contexts: ["unit", "lint"] });
  await ada.rest.repos.removeStatusCheckProtection(main);
  await refused(404, ada.rest.repos.getAllStatusCheckContexts(main));

  await ada.rest.repos.getAccessRestrictions(main);
  await ada.rest.repos.getUsersWithAccessToProtectedBranch(main);
  await changed("POST", "restrictions/users", { users: ["ada"] });
  await changed("PUT", "restrictions/users", { users: ["ada", "wim"] });
  await changed("DELETE", "restrictions/users", { users: ["wim"] });
  await ada.rest.repos.getAppsWithAccessToProtectedBranch(main);
  await changed("DELETE", "restrictions/apps", { apps: [stage.app.slug] });
  await changed("POST", "restrictions/apps", { apps: [stage.app.slug] });
  await changed("PUT", "restrictions/apps", { apps: [stage.app.slug] });
  await ada.rest.repos.deleteAccessRestrictions(main);
  await refused(404, ada.rest.repos.getAccessRestrictions(main));
}

export async function rulesets(stage: Stage): Promise<void> {
  const { ada, rea } = stage;
  const at = await stage.repository("rulesets");
  const { data: made } = await ada.rest.repos.createRepoRuleset({
    ...at,
    name: "Main",
    target: "branch",
    enforcement: "active",
    bypass_actors: [{ actor_id: stage.app.id, actor_type: "Integration", bypass_mode: "always" }],
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      { type: "required_linear_history" },
      {
        type: "pull_request",
        parameters: {
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 1,
          required_review_thread_resolution: false,
        },
      },
      {
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "unit", integration_id: stage.app.id }],
          strict_required_status_checks_policy: true,
        },
      },
    ],
  });
  const one = { ...at, ruleset_id: made.id };
  await refused(422, ada.rest.repos.createRepoRuleset({ ...at, name: "Main", enforcement: "active" }));
  await ada.rest.repos.getRepoRulesets(at);
  await ada.rest.repos.getRepoRuleset(one);
  await rea.rest.repos.getRepoRuleset(one);
  await refused(404, ada.rest.repos.getRepoRuleset({ ...at, ruleset_id: 999_999 }));
  await ada.rest.repos.getBranchRules({ ...at, branch: "main" });
  await ada.rest.repos.getBranch({ ...at, branch: "main" });
  const { data: main } = await ada.rest.git.getRef({ ...at, ref: "heads/main" });
  const { data: now } = await ada.rest.git.getCommit({ ...at, commit_sha: main.object.sha });
  const wanted = { ...at, message: "Past the rules", tree: now.tree.sha, parents: [now.sha] };
  const { data: next } = await ada.rest.git.createCommit(wanted);
  await refused(422, ada.rest.git.updateRef({ ...at, ref: "heads/main", sha: next.sha }));
  await ada.rest.repos.updateRepoRuleset({ ...one, enforcement: "disabled" });
  await ada.rest.repos.deleteRepoRuleset(one);
}
