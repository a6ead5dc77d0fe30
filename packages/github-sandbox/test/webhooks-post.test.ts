import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { post } from "../src/webhooks/post.ts";

const never = new AbortController().signal;

it("A webhook to a target that does not answer times out with GitHub's message", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await post(url, {}, "{}", 30, never)).toMatchObject({ status: "timed out", statusCode: 0 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await post(url, {}, "{}", 1000, never)).toMatchObject({ status: "failed to connect to host", statusCode: 0 });
});

it("A webhook does not follow a redirect", async () => {
  const server = createServer((_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await post(url, {}, "{}", 1000, never)).toMatchObject({ statusCode: 302 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
