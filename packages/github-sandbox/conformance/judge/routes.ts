/** Maps the routes of the running sandbox to GitHub's operations. */
import type { MergeMethod, Operation, RestDocument } from "../description/openapi.ts";

export interface Route {
  method: string;
  /** The path in Hono's syntax, such as `/repos/:owner/:repo/commits/:ref{.+}/status`. */
  path: string;
}

export interface DescribedRoute extends Route {
  /** GitHub's path; null when the description has no such operation. */
  template: string | null;
  operation: Operation | null;
  /** Matches a request's path; the groups are the parameters in their order. */
  pattern: RegExp;
  /** GitHub's names of the parameters, in their order. */
  names: string[];
  /** The number of literal parts. Of two matching routes the one with more of them counts. */
  literals: number;
}

const parameter = /:[A-Za-z]+(?:\{((?:[^{}]|\{[^{}]*\})+)\})?/g;

export function describeRoutes(document: RestDocument, routes: readonly Route[]): DescribedRoute[] {
  return routes.map((route) => {
    const shape = route.path.replaceAll(parameter, "{}");
    const method = route.method.toLowerCase() as MergeMethod;
    const known = Object.keys(document.paths).filter((path) => document.paths[path]?.[method] !== undefined);
    const template = templateOf(known, shape);
    return {
      ...route,
      template,
      operation: (template === null ? undefined : document.paths[template]?.[method]) ?? null,
      pattern: new RegExp(`^${route.path.replaceAll(parameter, (_, inner?: string) => `(${inner ?? "[^/]+"})`)}$`),
      names: template === null ? [] : namesOf(template, shape),
      literals: shape.replaceAll("{}", "").length,
    };
  });
}

/** Finds GitHub's path for a route: the same path, or one with a parameter where the route has a fixed value. */
function templateOf(known: readonly string[], shape: string): string | null {
  // A repository's root folder is `contents/{path}` with an empty path.
  const shapes = [shape, `${shape.replace(/\/$/, "")}/{}`];
  const same = known.find((path) => shapes.includes(path.replaceAll(/\{[^}]+\}/g, "{}")));
  return same ?? known.find((path) => fits(path.split("/"), shape.split("/"))) ?? null;
}

function fits(template: readonly string[], shape: readonly string[]): boolean {
  return (
    template.length === shape.length &&
    template.every((step, index) => step === shape[index] || (step.startsWith("{") && index > 1))
  );
}

function namesOf(template: string, shape: string): string[] {
  const steps = shape.split("/");
  return template.split("/").flatMap((step, index) => (steps[index] === "{}" ? [step.slice(1, -1)] : []));
}

export function routeOf(routes: readonly DescribedRoute[], method: string, path: string): DescribedRoute | null {
  const matching = routes.filter((route) => route.method === method && route.pattern.test(path));
  return matching.sort((a, b) => b.literals - a.literals)[0] ?? null;
}
