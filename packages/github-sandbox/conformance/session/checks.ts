/** Check runs, check suites and commit statuses. */
import { refused, type Stage } from "./stage.ts";

export async function checks(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("checks");
  const bot = stage.bot();
  const sha = await stage.commit(at, "feature", { "feature.txt": "done\n" });
  await ada.rest.pulls.create({ ...at, title: "A feature", head: "feature", base: "main" });
  const output = { title: "Fine", summary: "All of it", text: "Really" };
  const { data: made } = await bot.rest.checks.create({ ...at, name: "unit", head_sha: sha, status: "in_progress" });
  const one = { ...at, check_run_id: made.id };
  await bot.rest.checks.get(one);
  await bot.rest.checks.listForRef({ ...at, ref: "feature", status: "in_progress" });
  await bot.rest.checks.listSuitesForRef({ ...at, ref: sha });
  await bot.rest.checks.update({ ...one, conclusion: "success", output, external_id: "7" });
  await bot.rest.checks.create({
    ...at,
    name: "whole",
    head_sha: sha,
    conclusion: "failure",
    details_url: "https://example.org/whole",
  });
  await bot.rest.checks.get(one);
  await bot.rest.checks.listAnnotations(one);
  await bot.rest.checks.listForRef({ ...at, ref: sha, check_name: "unit", filter: "all", app_id: stage.app.id });
  const { data: suites } = await bot.rest.checks.listSuitesForRef({ ...at, ref: sha });
  const suite = { ...at, check_suite_id: suites.check_suites[0]?.id ?? 0 };
  await bot.rest.checks.getSuite(suite);
  await bot.rest.checks.listForSuite(suite);
  const main = (await ada.rest.git.getRef({ ...at, ref: "heads/main" })).data.object.sha;
  await bot.rest.checks.createSuite({ ...at, head_sha: main });
  await bot.rest.checks.createSuite({ ...at, head_sha: main });

  const quiet = stage.quiet();
  const { data: again } = await quiet.rest.checks.create({
    ...at,
    name: "again",
    head_sha: sha,
    conclusion: "failure",
  });
  await quiet.rest.checks.rerequestRun({ ...at, check_run_id: again.id });
  await quiet.rest.checks.rerequestSuite({ ...at, check_suite_id: again.check_suite?.id ?? 0 });
}

export async function statuses(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("statuses");
  const sha = await stage.commit(at, "main", { "a.txt": "a\n" });
  await ada.rest.repos.getCombinedStatusForRef({ ...at, ref: sha });
  const target = "https://example.org/build/1";
  await ada.rest.repos.createCommitStatus({ ...at, sha, state: "pending", context: "ci", target_url: target });
  await ada.rest.repos.createCommitStatus({ ...at, sha, state: "success", context: "ci", description: "Done" });
  await ada.rest.repos.listCommitStatusesForRef({ ...at, ref: "main" });
  await ada.rest.repos.getCombinedStatusForRef({ ...at, ref: "main" });
  await refused(404, ada.rest.repos.getCombinedStatusForRef({ owner: "ada", repo: "gone", ref: "main" }));
}
