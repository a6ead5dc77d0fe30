/** The routes of the running sandbox, and which operation of GitHub's each one is. */
import type { Method, Operation, RestDocument } from "../description/openapi.ts";

export interface Route {
  method: string;
  /** As Hono has it, such as `/repos/:owner/:repo/commits/:ref{.+}/status`. */
  path: string;
}

export interface DescribedRoute extends Route {
  /** GitHub's path; null when the description has no such operation. */
  template: string | null;
  operation: Operation | null;
  /** Matches a request's path; the groups are the parameters in their order. */
  pattern: RegExp;
  /** How much of the path is written out: of two routes that match, the one with more of it is meant. */
  literals: number;
}

const parameter = /:[A-Za-z]+(?:\{((?:[^{}]|\{[^{}]*\})+)\})?/g;

export function describeRoutes(document: RestDocument, routes: readonly Route[]): DescribedRoute[] {
  const templates = new Map(Object.keys(document.paths).map((path) => [path.replaceAll(/\{[^}]+\}/g, "{}"), path]));
  return routes.map((route) => {
    const shape = route.path.replaceAll(parameter, "{}");
    // The root folder of a repository is `contents/{path}` with an empty path.
    const template = templates.get(shape) ?? templates.get(`${shape.replace(/\/$/, "")}/{}`) ?? null;
    const methods = template === null ? undefined : document.paths[template];
    return {
      ...route,
      template: methods?.[route.method.toLowerCase() as Method] === undefined ? null : template,
      operation: methods?.[route.method.toLowerCase() as Method] ?? null,
      pattern: new RegExp(`^${route.path.replaceAll(parameter, (_, inner?: string) => `(${inner ?? "[^/]+"})`)}$`),
      literals: shape.replaceAll("{}", "").length,
    };
  });
}

export function routeOf(routes: readonly DescribedRoute[], method: string, path: string): DescribedRoute | null {
  const matching = routes.filter((route) => route.method === method && route.pattern.test(path));
  return matching.sort((a, b) => b.literals - a.literals)[0] ?? null;
}
