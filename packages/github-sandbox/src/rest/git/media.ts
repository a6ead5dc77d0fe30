/**
 * Reads and answers media types.
 * https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
 */
import type { HttpContext } from "../kit.ts";

export type MediaType = "json" | "raw" | "diff" | "patch" | "sha";

export function mediaType(http: HttpContext): MediaType {
  const accept = http.req.header("accept") ?? "";
  const found = /application\/vnd\.github(?:\.v3)?\.(raw|diff|patch|sha)\b/.exec(accept)?.[1];
  return (found as MediaType | undefined) ?? "json";
}

/** Answers in one of GitHub's own text types. */
export function textAnswer(http: HttpContext, type: Exclude<MediaType, "json">, text: string | Buffer): Response {
  const body = typeof text === "string" ? text : new Uint8Array(text);
  return http.body(body, 200, { "Content-Type": `application/vnd.github.${type}; charset=utf-8` });
}
