/** Repositories, collaborators, users and branch protection. */
import { refused, type Stage } from "./stage.ts";

export async function repositories(stage: Stage): Promise<void> {
  const { ada, nobody, sandbox, organization } = stage;
  const at = await stage.repository("repositories");
  await ada.rest.repos.createForAuthenticatedUser({ name: "made", private: true, description: "Made by REST" });
  await refused(422, ada.rest.repos.createForAuthenticatedUser({ name: "made" }));
  await refused(401, nobody.rest.repos.createForAuthenticatedUser({ name: "made" }));
  await ada.rest.repos.get(at);
  await ada.rest.repos.get({ owner: "ada", repo: "made" });
  await refused(404, ada.rest.repos.get({ owner: "ada", repo: "gone" }));
  await sandbox.createRepository({ owner: organization, name: "common" });
  await nobody.rest.repos.get({ owner: "guild", repo: "common" });
  await ada.rest.repos.listForAuthenticatedUser({ per_page: 2 });
  await refused(401, nobody.rest.repos.listForAuthenticatedUser());
  await nobody.rest.repos.listForUser({ username: "ada" });
  await ada.rest.repos.checkCollaborator({ ...at, username: "wim" });
  await refused(404, ada.rest.repos.checkCollaborator({ ...at, username: "guild" }));
  await ada.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "wim" });
  await ada.rest.repos.getCollaboratorPermissionLevel({ owner: "ada", repo: "made", username: "rea" });
  await refused(404, ada.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "gone" }));
}

/** Makes a repository of an organisation, which adds fields to webhooks. */
export async function organizations(stage: Stage): Promise<void> {
  const { ada, sandbox, organization } = stage;
  const repository = await sandbox.createRepository({ owner: organization, name: "shared" });
  const user = sandbox.findUser("ada");
  if (user === undefined) throw new Error("ada is gone");
  sandbox.addCollaborator(repository, user, "admin");
  const place = { owner: "guild", repo: "shared" };
  await stage.commit(place, "main", { "README.md": "# shared\n" });
  await ada.rest.issues.create({ ...place, title: "Of all of us" });
}

export async function people(stage: Stage): Promise<void> {
  const { ada, nobody } = stage;
  await ada.rest.users.getAuthenticated();
  await refused(401, nobody.rest.users.getAuthenticated());
  await refused(401, stage.octokit("ghp_unknown").rest.users.getAuthenticated());
  await refused(403, stage.bot().rest.users.getAuthenticated());
  await nobody.rest.users.getByUsername({ username: "wim" });
  await nobody.rest.users.getByUsername({ username: "guild" });
  await refused(404, nobody.rest.users.getByUsername({ username: "gone" }));
  await nobody.rest.meta.get();
  await nobody.rest.meta.getZen();
  await ada.rest.rateLimit.get();
  await stage.raw("GET", "/no/such/route");
}

export async function protection(stage: Stage): Promise<void> {
  const { ada, rea } = stage;
  const at = await stage.repository("protection");
  const main = { ...at, branch: "main" };
  await refused(404, ada.rest.repos.getBranchProtection(main));
  await ada.rest.repos.updateBranchProtection({
    ...main,
    required_status_checks: { strict: true, contexts: [], checks: [{ context: "unit", app_id: stage.app.id }] },
    enforce_admins: true,
    required_pull_request_reviews: { required_approving_review_count: 1 },
    restrictions: null,
    required_linear_history: true,
    allow_force_pushes: false,
    allow_deletions: false,
  });
  await refused(422, ada.request("PUT /repos/{owner}/{repo}/branches/{branch}/protection", { ...main } as never));
  await refused(404, ada.rest.repos.getBranchProtection({ ...at, branch: "gone" }));
  await ada.rest.repos.getBranchProtection(main);
  await ada.rest.repos.getStatusChecksProtection(main);
  await ada.rest.repos.getBranch(main);
  await ada.rest.repos.listBranches({ ...at, protected: true });
  await refused(403, rea.rest.repos.deleteBranchProtection(main));
  await ada.rest.repos.deleteBranchProtection(main);
  await refused(404, ada.rest.repos.getStatusChecksProtection(main));
  await ada.rest.repos.getBranchRules({ ...at, branch: "main" });
}
