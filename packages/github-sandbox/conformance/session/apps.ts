/** Requests of an App about itself, its installations and its webhooks. */
import { refused, type Stage } from "./stage.ts";

export async function apps(stage: Stage): Promise<void> {
  const { asApp, ada, nobody, installationId: installation_id } = stage;
  const at = await stage.repository("apps");
  await asApp.rest.apps.getAuthenticated();
  await nobody.rest.apps.getBySlug({ app_slug: "gate" });
  await refused(404, nobody.rest.apps.getBySlug({ app_slug: "gone" }));
  await asApp.rest.apps.listInstallations({ per_page: 1 });
  await asApp.rest.apps.getInstallation({ installation_id });
  await refused(404, asApp.rest.apps.getInstallation({ installation_id: 999_999 }));
  await asApp.rest.apps.getRepoInstallation(at);
  await refused(404, asApp.rest.apps.getRepoInstallation({ owner: "ada", repo: "gone" }));
  await asApp.rest.apps.getUserInstallation({ username: "ada" });
  await asApp.rest.apps.getOrgInstallation({ org: "guild" });
  await stage.bot().rest.apps.listReposAccessibleToInstallation({ per_page: 2 });
  await refused(403, ada.rest.apps.listReposAccessibleToInstallation());

  await asApp.rest.apps.createInstallationAccessToken({ installation_id });
  const { data: narrow } = await asApp.rest.apps.createInstallationAccessToken({
    installation_id,
    repositories: ["apps"],
    permissions: { contents: "read" },
  });
  const wrong = { installation_id, repositories: ["gone"] };
  await refused(422, asApp.rest.apps.createInstallationAccessToken(wrong));
  await refused(404, asApp.rest.apps.createInstallationAccessToken({ installation_id: 999_999 }));
  const narrowed = stage.octokit(narrow.token);
  await narrowed.rest.apps.listReposAccessibleToInstallation();
  await narrowed.rest.apps.revokeInstallationAccessToken();
}

export async function deliveries(stage: Stage): Promise<void> {
  const { asApp, ada } = stage;
  const at = await stage.repository("deliveries");
  await ada.rest.issues.create({ ...at, title: "An issue" });
  await stage.sandbox.idle();
  const { data: all } = await asApp.rest.apps.listWebhookDeliveries({ per_page: 5 });
  const delivery_id = all[0]?.id ?? 0;
  await asApp.rest.apps.getWebhookDelivery({ delivery_id });
  await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id });
}
