/** Issues, their labels, comments, reactions and events. */
import { refused, type Stage } from "./stage.ts";

export async function issues(stage: Stage): Promise<void> {
  const { ada, rea } = stage;
  const at = await stage.repository("issues");
  const bot = stage.bot();
  const { data: made } = await ada.rest.issues.create({ ...at, title: "One", body: "A body", labels: ["fresh"] });
  const one = { ...at, issue_number: made.number };
  await rea.rest.issues.create({ ...at, title: "Two" });
  await bot.rest.issues.create({ ...at, title: "Three", assignees: ["wim"] });
  await refused(422, ada.request("POST /repos/{owner}/{repo}/issues", { ...at } as never));
  await stage.raw("POST", "/repos/ada/issues/issues", "{");
  await refused(404, ada.rest.issues.create({ owner: "ada", repo: "gone", title: "x" }));

  await ada.rest.issues.get(one);
  await refused(404, ada.rest.issues.get({ ...at, issue_number: 999 }));
  await ada.rest.issues.listForRepo({ ...at, state: "all", per_page: 2, sort: "updated", direction: "asc" });
  await ada.rest.issues.listForRepo({ ...at, labels: "fresh", creator: "ada", assignee: "none" });
  await refused(404, ada.rest.issues.listForRepo({ owner: "ada", repo: "gone" }));

  await ada.rest.issues.update({ ...one, title: "Uno", body: "Another", assignees: ["wim"], labels: ["other"] });
  await ada.rest.issues.update({ ...one, assignees: [] });
  await ada.rest.issues.update({ ...one, state: "closed", state_reason: "not_planned" });
  await ada.rest.issues.get(one);
  await ada.rest.issues.update({ ...one, state: "open" });
  await refused(403, rea.rest.issues.update({ ...one, title: "Mine" }));
  await refused(404, ada.rest.issues.update({ ...at, issue_number: 999, title: "x" }));
  await ada.rest.issues.listEvents(one);
}

export async function labels(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("labels");
  const { data: made } = await ada.rest.issues.create({ ...at, title: "One" });
  const one = { ...at, issue_number: made.number };
  await ada.rest.issues.createLabel({ ...at, name: "bug", color: "ff0000", description: "Wrong" });
  await refused(422, ada.rest.issues.createLabel({ ...at, name: "bug" }));
  await refused(404, ada.rest.issues.createLabel({ owner: "ada", repo: "gone", name: "x" }));
  await ada.rest.issues.listLabelsForRepo(at);
  await refused(404, ada.rest.issues.listLabelsForRepo({ owner: "ada", repo: "gone" }));
  await ada.rest.issues.getLabel({ ...at, name: "bug" });
  await refused(404, ada.rest.issues.getLabel({ ...at, name: "gone" }));

  await ada.rest.issues.addLabels({ ...one, labels: ["bug", "new one"] });
  await ada.rest.issues.listLabelsOnIssue(one);
  await ada.rest.issues.updateLabel({ ...at, name: "bug", new_name: "fault", color: "00ff00" });
  await ada.rest.issues.setLabels({ ...one, labels: ["fault"] });
  await ada.rest.issues.removeLabel({ ...one, name: "fault" });
  await refused(404, ada.rest.issues.removeLabel({ ...one, name: "fault" }));
  await ada.rest.issues.addLabels({ ...one, labels: ["fault"] });
  await ada.rest.issues.removeAllLabels(one);
  await ada.rest.issues.deleteLabel({ ...at, name: "fault" });
}

export async function comments(stage: Stage): Promise<void> {
  const { ada, rea } = stage;
  const at = await stage.repository("comments");
  const bot = stage.bot();
  const { data: issue } = await ada.rest.issues.create({ ...at, title: "One" });
  const one = { ...at, issue_number: issue.number };
  const { data: made } = await ada.rest.issues.createComment({ ...one, body: "First" });
  const first = { ...at, comment_id: made.id };
  await bot.rest.issues.createComment({ ...one, body: "From an App" });
  await refused(404, ada.rest.issues.createComment({ ...at, issue_number: 999, body: "x" }));
  await refused(422, ada.rest.issues.createComment({ ...one, body: "" }));
  await ada.rest.issues.listComments({ ...one, since: "2020-01-01T00:00:00Z" });
  await refused(404, ada.rest.issues.listComments({ ...at, issue_number: 999 }));
  await ada.rest.issues.listCommentsForRepo({ ...at, sort: "updated", direction: "desc" });
  await ada.rest.issues.getComment(first);
  await refused(404, ada.rest.issues.getComment({ ...at, comment_id: 999_999 }));
  await ada.rest.issues.updateComment({ ...first, body: "Changed" });

  const { data: heart } = await rea.rest.reactions.createForIssueComment({ ...first, content: "heart" });
  await rea.rest.reactions.createForIssueComment({ ...first, content: "heart" });
  await ada.rest.reactions.listForIssueComment({ ...first, content: "heart" });
  await refused(404, ada.rest.reactions.listForIssueComment({ ...at, comment_id: 999_999 }));
  await rea.rest.reactions.deleteForIssueComment({ ...first, reaction_id: heart.id });
  const { data: rocket } = await rea.rest.reactions.createForIssue({ ...one, content: "rocket" });
  await ada.rest.reactions.listForIssue(one);
  await refused(404, ada.rest.reactions.listForIssue({ ...at, issue_number: 999 }));
  await rea.rest.reactions.deleteForIssue({ ...one, reaction_id: rocket.id });
  await ada.rest.issues.deleteComment(first);
}
