import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { post } from "../src/webhooks/post.ts";

const never = new AbortController().signal;

it("gives a target that does not answer up after its time, and says so in GitHub's words", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await post(url, {}, "{}", 30, never)).toMatchObject({ status: "timed out", statusCode: 0 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await post(url, {}, "{}", 1000, never)).toMatchObject({ status: "failed to connect to host", statusCode: 0 });
});

it("does not follow a redirect", async () => {
  const server = createServer((_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await post(url, {}, "{}", 1000, never)).toMatchObject({ statusCode: 302 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
