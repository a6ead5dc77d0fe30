/** Relations between issues: sub-issues, dependencies and the timeline. */
import { refused, type Stage } from "./stage.ts";

export async function links(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("links");
  const opened = async (title: string, body: string) => (await ada.rest.issues.create({ ...at, title, body })).data;
  const [whole, first, second] = [
    await opened("Whole", "All of it"),
    await opened("First", "A part"),
    await opened("Second", "Another part of #1"),
  ];
  const one = { ...at, issue_number: whole.number };
  await ada.rest.issues.addSubIssue({ ...one, sub_issue_id: first.id });
  await ada.rest.issues.addSubIssue({ ...one, sub_issue_id: second.id });
  await refused(422, ada.rest.issues.addSubIssue({ ...one, sub_issue_id: whole.id }));
  await refused(404, ada.rest.issues.addSubIssue({ ...one, sub_issue_id: 999_999 }));
  await ada.rest.issues.listSubIssues(one);
  await ada.rest.issues.reprioritizeSubIssue({ ...one, sub_issue_id: second.id, before_id: first.id });
  await ada.rest.issues.getParent({ ...at, issue_number: first.number });
  await refused(404, ada.rest.issues.getParent(one));
  await ada.rest.issues.get(one);
  await ada.rest.issues.removeSubIssue({ ...one, sub_issue_id: second.id });

  await ada.rest.issues.createComment({ ...one, body: "A comment" });
  await ada.rest.issues.addLabels({ ...one, labels: ["bug"] });
  await ada.rest.issues.removeLabel({ ...one, name: "bug" });
  await stage.commit(at, "main", { "a.txt": "a\n" });
  const file = { ...at, path: "b.txt", content: "Yg==" };
  await ada.rest.repos.createOrUpdateFileContents({ ...file, message: "A step towards #1" });
  await ada.rest.issues.update({ ...one, state: "closed" });
  await ada.rest.issues.update({ ...one, state: "open" });
  for (const { number } of [whole, first, second]) {
    await ada.rest.issues.listEventsForTimeline({ ...at, issue_number: number });
    await ada.rest.issues.listEvents({ ...at, issue_number: number });
  }
}

/** Uses an organisation's repositories, as GitHub's description of these webhooks requires. */
export async function dependencies(stage: Stage): Promise<void> {
  const { ada, sandbox, organization } = stage;
  const repository = await sandbox.createRepository({ owner: organization, name: "blocked" });
  const user = sandbox.findUser("ada");
  if (user === undefined) throw new Error("ada is gone");
  sandbox.addCollaborator(repository, user, "admin");
  const at = { owner: "guild", repo: "blocked" };
  const { data: first } = await ada.rest.issues.create({ ...at, title: "First" });
  const { data: second } = await ada.rest.issues.create({ ...at, title: "Then" });
  const blocked = { ...at, issue_number: second.number };
  await ada.rest.issues.addBlockedByDependency({ ...blocked, issue_id: first.id });
  await refused(422, ada.rest.issues.addBlockedByDependency({ ...blocked, issue_id: first.id }));
  await ada.rest.issues.listDependenciesBlockedBy(blocked);
  await ada.rest.issues.listDependenciesBlocking({ ...at, issue_number: first.number });
  await ada.rest.issues.get(blocked);
  await ada.rest.issues.listEventsForTimeline(blocked);
  await ada.rest.issues.removeDependencyBlockedBy({ ...blocked, issue_id: first.id });
}
