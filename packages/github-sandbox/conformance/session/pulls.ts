/** Pull requests from opening to merging. */
import { refused, type Stage } from "./stage.ts";

export async function pulls(stage: Stage): Promise<void> {
  const { ada, wim, nobody } = stage;
  const at = await stage.repository("pulls");
  const head = await stage.commit(at, "feature", { "feature.txt": "done\n" });
  const { data: made } = await ada.rest.pulls.create({ ...at, title: "A feature", head: "feature", base: "main" });
  const one = { ...at, pull_number: made.number };
  await refused(422, ada.rest.pulls.create({ ...at, title: "Again", head: "feature", base: "main" }));
  await refused(422, ada.rest.pulls.create({ ...at, title: "From nowhere", head: "gone", base: "main" }));
  await ada.rest.pulls.get(one);
  await stage.sandbox.idle();
  await ada.rest.pulls.get(one);
  for (const format of ["diff", "patch"]) await nobody.rest.pulls.get({ ...one, mediaType: { format } });
  await refused(404, ada.rest.pulls.get({ ...at, pull_number: 999 }));
  await ada.rest.pulls.list({ ...at, state: "all", head: "ada:feature", base: "main", sort: "updated" });
  await refused(422, ada.rest.pulls.update({ ...one, base: "gone" }));
  await ada.rest.pulls.update({ ...one, title: "The feature", body: "A comment" });
  await wim.rest.issues.update({ ...at, issue_number: made.number, labels: ["big"], assignees: ["wim"] });
  await wim.rest.issues.update({ ...at, issue_number: made.number, labels: [], assignees: [] });
  await ada.rest.issues.get({ ...at, issue_number: made.number });
  await ada.rest.issues.createComment({ ...at, issue_number: made.number, body: "On a pull" });
  await ada.rest.pulls.update({ ...one, state: "closed" });
  await ada.rest.pulls.update({ ...one, state: "open" });
  await ada.rest.pulls.listCommits(one);
  await ada.rest.pulls.listFiles(one);
  await refused(404, ada.rest.pulls.checkIfMerged(one));
  await ada.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: head });

  await stage.commit(at, "main", { "other.txt": "other\n" });
  await refused(422, ada.rest.pulls.updateBranch({ ...one, expected_head_sha: "0".repeat(40) }));
  await ada.rest.pulls.updateBranch({ ...one, expected_head_sha: head });
  await stage.sandbox.idle();
  await refused(409, ada.rest.pulls.merge({ ...one, sha: head }));
  await ada.rest.pulls.merge({ ...one, merge_method: "squash", commit_title: "The feature" });
  await refused(405, ada.rest.pulls.merge(one));
  await ada.rest.pulls.checkIfMerged(one);
  await ada.rest.pulls.get(one);
  await ada.rest.issues.get({ ...at, issue_number: made.number });

  await stage.commit(at, "draft", { "draft.txt": "draft\n" });
  await ada.rest.pulls.create({ ...at, title: "Not yet", head: "draft", base: "main", draft: true });
  await ada.rest.git.deleteRef({ ...at, ref: "heads/draft" });
  await ada.rest.pulls.list({ ...at, state: "closed" });
}

/** Opens pulls that cannot merge. */
export async function stuckPulls(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("stuck");
  const opened = async (head: string, draft: boolean) => {
    const { data } = await ada.rest.pulls.create({ ...at, title: head, head, base: "main", draft });
    return { ...at, pull_number: data.number };
  };
  await stage.commit(at, "fighting", { "README.md": "# Mine\n" });
  await stage.commit(at, "draft", { "draft.txt": "draft\n" });
  await stage.commit(at, "main", { "README.md": "# Ours\n" });
  const [fighting, draft] = [await opened("fighting", false), await opened("draft", true)];
  await ada.rest.pulls.get(fighting);
  await stage.sandbox.idle();
  await ada.rest.pulls.get(fighting);
  await refused(405, ada.rest.pulls.merge(fighting));
  await refused(405, ada.rest.pulls.merge(draft));
  await refused(422, ada.rest.pulls.updateBranch(fighting));
  await ada.rest.pulls.get(draft);
}
