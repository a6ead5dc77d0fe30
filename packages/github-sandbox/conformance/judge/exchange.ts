/** Validates a request and its answer against their operation. */
import {
  follow,
  type Media,
  type Operation,
  type Parameter,
  type Response,
  type RestDocument,
  resolved,
  type Schema,
} from "../description/openapi.ts";
import type { Exchange } from "../record/traffic.ts";
import type { DescribedRoute } from "./routes.ts";
import type { Complaint, Validator } from "./validator.ts";

export type Described = DescribedRoute & { template: string; operation: Operation };

/** Returns the complaints about a request. A refused request may be malformed. */
export function requestComplaints(
  document: RestDocument,
  validator: Validator,
  route: Described,
  exchange: Exchange,
): Complaint[] {
  if (exchange.status >= 400) return [];
  const all = [...(document.paths[route.template]?.parameters ?? []), ...(route.operation.parameters ?? [])];
  const parameters = all.map((each) => resolved<Parameter>(document, each));
  return [
    ...pathComplaints(validator, route, exchange, parameters),
    ...queryComplaints(
      validator,
      exchange,
      parameters.filter((each) => each.in === "query"),
    ),
    ...bodyComplaints(validator, route.operation, exchange),
  ];
}

function pathComplaints(validator: Validator, route: Described, exchange: Exchange, all: Parameter[]): Complaint[] {
  const values = route.pattern.exec(exchange.path)?.slice(1).map(decodeURIComponent) ?? [];
  return values.flatMap((value, index) => {
    const parameter = all.find((each) => each.in === "path" && each.name === route.names[index]);
    return parameter === undefined ? [] : readComplaints(validator, parameter, value);
  });
}

function queryComplaints(validator: Validator, exchange: Exchange, parameters: Parameter[]): Complaint[] {
  const missing = parameters
    .filter((each) => each.required && !exchange.query.has(each.name))
    .map((each) => `?${each.name} is required`);
  const given = [...exchange.query].flatMap(([name, value]) => {
    const parameter = parameters.find((each) => each.name === name);
    return parameter === undefined ? [`?${name} is not documented`] : readComplaints(validator, parameter, value);
  });
  return [...missing, ...given];
}

/** Accepts a parameter if one reading of its text is valid. */
function readComplaints(validator: Validator, parameter: Parameter, value: string): Complaint[] {
  const readings: unknown[] = [value, value.split(",")];
  if (/^-?\d+(\.\d+)?$/.test(value)) readings.push(Number(value));
  if (value === "true" || value === "false") readings.push(value === "true");
  const complaints = readings.map((reading) => validator.complaints(parameter.schema, reading));
  if (complaints.some((each) => each.length === 0)) return [];
  return [`parameter ${parameter.name}: ${complaints[0]?.[0]}`];
}

function bodyComplaints(validator: Validator, operation: Operation, exchange: Exchange): Complaint[] {
  const { requestBody } = operation;
  if (exchange.body === undefined) return requestBody?.required ? ["the request has no body"] : [];
  const schema = requestBody?.content["application/json"]?.schema;
  if (schema === undefined) {
    // Octokit sends `{}` with methods that may have a body.
    return JSON.stringify(exchange.body) === "{}" ? [] : ["the operation takes no body"];
  }
  return validator.complaints(schema, exchange.body).map((complaint) => `request body: ${complaint}`);
}

/** Returns the documented JSON content of an answer; null if the answer has none. */
export function documented(document: RestDocument, operation: Operation, status: number): Response | null {
  const found = operation.responses[String(status)];
  return found === undefined ? null : resolved<Response>(document, found);
}

export function answerComplaints(
  document: RestDocument,
  validator: Validator,
  route: Described,
  exchange: Exchange,
): Complaint[] {
  const response = documented(document, route.operation, exchange.status);
  if (response === null) return [`status ${exchange.status} is not documented`];
  const { status, text } = exchange;
  if (status === 302) return exchange.headers.has("location") ? [] : ["a redirect without Location"];
  if (response.content === undefined && status >= 400) return errorComplaints(document, validator, exchange);
  if (response.content === undefined) return text === null ? [] : [`status ${status} has no body at GitHub`];
  if (text === null) return [`status ${status} has a body at GitHub`];
  const type = exchange.headers.get("content-type")?.split(";")[0] ?? "";
  // Only GitHub's prose describes the media types of diffs, patches and raw files. They count if the request accepts
  // them.
  const asked = exchange.accept.replace(".v3.", ".");
  if (asked.includes(type) && /\.(diff|patch|raw|sha)$/.test(type)) return [];
  const media: Media | undefined = response.content[type];
  if (media === undefined) return [`content type ${type} is not documented`];
  if (media.schema === undefined) return [];
  const value: unknown = type.endsWith("json") ? JSON.parse(text) : text;
  return validator.complaints(media.schema, value).map((complaint) => `${status}: ${complaint}`);
}

/** Validates an error against GitHub's plain error, where the description has only its status. */
export function errorComplaints(document: RestDocument, validator: Validator, { status, text }: Exchange): Complaint[] {
  const schema = follow<Schema>(document, "#/components/schemas/basic-error");
  const body: unknown = JSON.parse(text ?? "null");
  return validator.complaints(schema, body).map((complaint) => `${status}: ${complaint}`);
}
