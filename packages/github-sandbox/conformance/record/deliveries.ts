/** Records the webhooks that it receives. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Delivered {
  event: string;
  action: string | null;
  headers: IncomingMessage["headers"];
  payload: Record<string, unknown>;
}

export interface Target {
  url: string;
  delivered: Delivered[];
  close(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const delivered: Delivered[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const payload = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
    const event = String(request.headers["x-github-event"]);
    const action = typeof payload.action === "string" ? payload.action : null;
    delivered.push({ event, action, headers: request.headers, payload });
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    delivered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
