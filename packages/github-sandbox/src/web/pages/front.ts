/** Pages of the front: `/`, accounts, Apps and installations. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { SandboxContext } from "../../context.ts";
import type { App, Delivery, Permissions, Repository } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { mustBe, param, rowAt } from "../find.ts";
import { type Html, type Page, pageOf } from "../layout.ts";
import { badge, count, person, when } from "../parts.ts";

export function front(_context: Context, context: SandboxContext): Page {
  const repositories = [...context.store.table("repositories").all()];
  const apps = [...context.store.table("apps").all()];
  return {
    title: "Repositories",
    body: html`<h1>Repositories</h1>
      <p class="quiet">A GitHub for this machine. REST API: <code>${context.apiUrl()}</code></p>
      ${repositoryList(context, repositories)}
      <h2>Apps</h2>
      <ul class="rows">${apps.map((app) => html`<li><a href="/apps/${app.slug}">${app.name}</a></li>`)}</ul>`,
  };
}

function repositoryList(context: SandboxContext, repositories: readonly Repository[]): Html {
  if (repositories.length === 0) return html`<p class="quiet">There is no repository yet.</p>`;
  const newest = [...repositories].sort((one, other) => other.pushedAt.localeCompare(one.pushedAt));
  return html`<ul class="rows">${newest.map((repository) => {
    const open = context.store
      .table("issues")
      .filter((each) => each.repositoryId === repository.id && each.state === "open");
    const pulls = open.filter((each) => each.isPull).length;
    return html`<li>
      <a class="title" href="${pageOf(repository)}">${repository.owner}/${repository.name}</a>${
        repository.private ? html` <span class="label">private</span>` : ""
      }
      <div class="quiet">${repository.description ?? ""} ${count(open.length - pulls, "open issue")},
        ${count(pulls, "open pull request")}, last push ${when(repository.pushedAt)}</div>
    </li>`;
  })}</ul>`;
}

export function account(http: Context, context: SandboxContext): Page {
  const login = param(http, "owner").toLowerCase();
  const user = mustBe(context.store.table("users").find((each) => each.login.toLowerCase() === login));
  const owned = context.store.table("repositories").filter((each) => each.ownerId === user.id);
  return {
    title: user.login,
    body: html`<h1>${user.login} <span class="quiet">${user.type}</span></h1>${repositoryList(context, owned)}`,
  };
}

/** Renders an App's page, with its deliveries. GitHub shows deliveries in the App's settings. */
export function appPage(http: Context, context: SandboxContext): Page {
  const slug = param(http, "slug");
  const app = mustBe(context.store.table("apps").find((each) => each.slug === slug));
  const deliveries = context.store.table("deliveries").filter((each) => each.appId === app.id);
  return {
    title: app.name,
    body: html`<h1>${app.name} <span class="quiet">App of ${person(context, app.ownerId)}</span></h1>
      ${facts(app)}
      <h2>Latest webhook deliveries</h2>
      ${deliveryTable(context, deliveries.slice(-100).reverse())}`,
  };
}

function facts(app: App): Html {
  return html`<dl>
    <dt>Webhook</dt><dd>${app.webhookUrl ?? "none"}</dd>
    <dt>Events</dt><dd>${app.events.join(", ") || "none"}</dd>
    <dt>Permissions</dt><dd>${permissionList(app.permissions)}</dd>
  </dl>`;
}

function permissionList(permissions: Permissions): string {
  return (
    Object.entries(permissions)
      .map(([name, level]) => `${name}: ${level}`)
      .join(", ") || "none"
  );
}

function deliveryTable(context: SandboxContext, deliveries: readonly Delivery[]): Html {
  if (deliveries.length === 0) return html`<p class="quiet">Nothing was delivered.</p>`;
  return html`<table class="list"><tbody>${deliveries.map((each) => {
    const repository =
      each.repositoryId === null ? undefined : context.store.table("repositories").get(each.repositoryId);
    const arrived = each.statusCode >= 200 && each.statusCode < 300;
    return html`<tr>
      <td>${badge(each.statusCode === 0 ? each.status : String(each.statusCode), arrived ? "good" : "bad")}</td>
      <td class="wide">${each.event}${each.action === null ? "" : `.${each.action}`}${each.redelivery ? " (again)" : ""}
        <code class="quiet">${each.guid}</code></td>
      <td>${repository === undefined ? "" : `${repository.owner}/${repository.name}`}</td>
      <td class="quiet">${when(each.deliveredAt)}</td>
    </tr>`;
  })}</tbody></table>`;
}

export function installationPage(http: Context, context: SandboxContext): Page {
  const installation = rowAt(http, context.store.table("installations"));
  const app = mustBe(context.store.table("apps").get(installation.appId));
  const reach = installation.repositories;
  const reached = context.store
    .table("repositories")
    .filter((each) => (reach === "all" ? each.ownerId === installation.accountId : reach.includes(each.id)));
  return {
    title: `${app.name} on ${userById(context, installation.accountId).login}`,
    body: html`<h1><a href="/apps/${app.slug}">${app.name}</a> on ${person(context, installation.accountId)}</h1>
      <p>Reaches ${reach === "all" ? "every repository of the account" : count(reached.length, "repository", "repositories")}.</p>
      ${repositoryList(context, reached)}`,
  };
}
