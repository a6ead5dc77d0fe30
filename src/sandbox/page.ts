/** The front page of the sandbox's web side: what is here, for a person who opens its URL. */
import { html } from "hono/html";
import type { Site } from "./shapes/site.ts";
import { repositoryApi, repositoryWeb } from "./shapes/site.ts";

export function frontPage(site: Site) {
  const repositories = [...site.world.table("repositories").all()];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Sandbox GitHub</title>
      </head>
      <body>
        <h1>Sandbox GitHub</h1>
        <p>REST API: <code>${site.apiUrl()}</code></p>
        <ul>
          ${repositories.map(
            (repository) =>
              html`<li>
                <a href="${repositoryApi(site, repository)}">${repository.owner}/${repository.name}</a>:
                <code>git clone ${repositoryWeb(site, repository)}.git</code>
              </li>`,
          )}
        </ul>
      </body>
    </html>`;
}
