/** Builds the rows of the tables: each route and webhook, whether it was seen, and its complaints. */
import { type Allowed, allowed, beside } from "../allowed.ts";
import type { RestDocument, WebhooksDocument } from "../description/openapi.ts";
import type { Delivered } from "../record/deliveries.ts";
import type { Exchange } from "../record/traffic.ts";
import { answerComplaints, type Described, documented, errorComplaints, requestComplaints } from "./exchange.ts";
import { describeRoutes, type Route, routeOf } from "./routes.ts";
import type { Complaint, Validator } from "./validator.ts";
import { webhookComplaints, webhookName } from "./webhook.ts";

export interface Row {
  name: string;
  count: number;
  statuses: number[];
  valid: number;
  complaints: Complaint[];
}

export interface Verdict {
  rows: Row[];
  /** The entries of the allow-list that were needed. GitHub's own examples, where there are any, need them too. */
  used: Set<Allowed>;
  /** Entries that GitHub's own examples do not need. */
  unproven: Set<Allowed>;
}

function emptyRow(name: string): Row {
  return { name, count: 0, statuses: [], valid: 0, complaints: [] };
}

/** Adds the complaints that are not allowed to the row. `examples` are the complaints about GitHub's own examples. */
function judged(verdict: Verdict, row: Row, complaints: Complaint[], examples: () => Complaint[][]): void {
  const left = complaints.filter((complaint) => {
    const entry = allowed.find((each) => each.where === row.name && each.complaint === complaint);
    if (entry === undefined) return true;
    verdict.used.add(entry);
    const given = examples();
    const isShown = given.length === 0 || given.some((each) => each.includes(complaint));
    if (!isShown) verdict.unproven.add(entry);
    return !isShown;
  });
  row.count += 1;
  if (left.length === 0) row.valid += 1;
  for (const complaint of left) if (!row.complaints.includes(complaint)) row.complaints.push(complaint);
}

export function judgeRest(
  document: RestDocument,
  validator: Validator,
  given: { routes: readonly Route[]; exchanges: readonly Exchange[] },
): Verdict {
  const routes = describeRoutes(document, given.routes);
  const verdict: Verdict = { rows: [], used: new Set(), unproven: new Set() };
  const rows = new Map(routes.map((route) => [route, emptyRow(`${route.method} ${withoutPatterns(route.path)}`)]));
  const unknown = emptyRow("any other path");
  for (const exchange of given.exchanges) {
    const route = routeOf(routes, exchange.method, exchange.path);
    const row = route === null ? unknown : (rows.get(route) ?? unknown);
    if (!row.statuses.includes(exchange.status)) row.statuses.push(exchange.status);
    if (route === null) {
      const complaints = exchange.status === 404 ? errorComplaints(document, validator, exchange) : ["not 404"];
      judged(verdict, row, complaints, () => []);
      continue;
    }
    if (route.operation === null) {
      const isBeside = beside.some(({ prefix }) => route.path.startsWith(prefix));
      judged(verdict, row, isBeside ? [] : ["GitHub describes no such operation"], () => []);
      continue;
    }
    const described = route as Described;
    const complaints = [
      ...requestComplaints(document, validator, described, exchange),
      ...answerComplaints(document, validator, described, exchange),
    ];
    judged(verdict, row, complaints, () => exampleComplaints(document, validator, described, exchange.status));
  }
  verdict.rows = [...rows.values(), unknown];
  return verdict;
}

function exampleComplaints(
  document: RestDocument,
  validator: Validator,
  { operation }: Described,
  status: number,
): Complaint[][] {
  const media = documented(document, operation, status)?.content?.["application/json"];
  const { schema } = media ?? {};
  if (media === undefined || schema === undefined) return [];
  return validator
    .examples(media)
    .map((value) => validator.complaints(schema, value).map((complaint) => `${status}: ${complaint}`));
}

/** Turns `/pulls/:number{[0-9]+}` into `/pulls/:number`. */
function withoutPatterns(path: string): string {
  return path.replaceAll(/\{(?:[^{}]|\{[^{}]*\})+\}/g, "");
}

export function judgeWebhooks(
  document: WebhooksDocument,
  validator: Validator,
  deliveries: readonly Delivered[],
): Verdict {
  const verdict: Verdict = { rows: [], used: new Set(), unproven: new Set() };
  const rows = new Map<string, Row>();
  for (const delivered of deliveries) {
    const name = delivered.action === null ? delivered.event : `${delivered.event} ${delivered.action}`;
    const row = rows.get(name) ?? emptyRow(name);
    rows.set(name, row);
    const media = document.webhooks[webhookName(delivered)]?.post.requestBody?.content["application/json"];
    const { schema } = media ?? {};
    judged(verdict, row, webhookComplaints(document, validator, delivered), () =>
      media === undefined || schema === undefined
        ? []
        : validator.examples(media).map((value) => validator.complaints(schema, value)),
    );
  }
  verdict.rows = [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
  return verdict;
}
