/** Counts the calls of the App at the sandbox's door, by method and route. */
import type { AnsweredRequest } from "@headgate/github-sandbox";

export interface Counted {
  reads: number;
  writes: number;
}

/** What a route costs, most calls first. */
export interface RouteCount {
  route: string;
  calls: number;
}

export class Door {
  readonly #answered: { route: string; isWrite: boolean; at: number; tookMs: number; isOk: boolean }[] = [];

  /** Listens at the sandbox. The calls of people and jobs are not the App's. */
  readonly answered = ({ method, route, status, tookMs, byApp }: AnsweredRequest): void => {
    if (!byApp) return;
    // A query is sent by POST and changes nothing. The App sends no mutations.
    const isWrite = method !== "GET" && method !== "HEAD" && route !== "/graphql";
    this.#answered.push({ route: `${method} ${route}`, isWrite, at: Date.now(), tookMs, isOk: status < 300 });
  };

  /** Marks a moment: the calls from one mark to another can be counted. */
  mark(): number {
    return this.#answered.length;
  }

  /** Returns the mark before the first call of the route; the last mark if there was none. */
  first(route: string): number {
    const index = this.#answered.findIndex((one) => one.route === route);
    return index === -1 ? this.mark() : index;
  }

  /** Returns the mark after the last call of the route; 0 if there was none. */
  last(route: string): number {
    return this.#answered.findLastIndex((one) => one.route === route) + 1;
  }

  /** Returns when calls of the route were answered with success, and how long they took. */
  timesOf(route: string): { at: number; tookMs: number }[] {
    return this.#answered.filter((one) => one.isOk && one.route === route).map(({ at, tookMs }) => ({ at, tookMs }));
  }

  count(from: number, to = this.mark()): Counted {
    const some = this.#answered.slice(from, to);
    const writes = some.filter(({ isWrite }) => isWrite).length;
    return { reads: some.length - writes, writes };
  }

  routes(from: number, to = this.mark()): RouteCount[] {
    const groups = Map.groupBy(this.#answered.slice(from, to), ({ route }) => route);
    return [...groups]
      .map(([route, some]) => ({ route, calls: some.length }))
      .toSorted((left, right) => right.calls - left.calls);
  }
}
