/** One HTTP server for git, REST and the web page. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";

export interface Listening {
  /** Such as `http://127.0.0.1:4000`. */
  url: string;
  /** Requests that came before wait for this: what an earlier life left half done is repaired first. */
  open(): void;
  close(): Promise<void>;
}

/** Takes a request if it is one of git's, and says so. */
export type GitSide = (request: IncomingMessage, response: ServerResponse) => boolean;

/** `port` 0 takes any that is free. @throws the listen error, such as EADDRINUSE. */
export async function listen(
  where: { host: string; port: number },
  git: GitSide,
  web: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  // The global Request and Response stay Node's own: tests and clients in this process use them too.
  const listener = getRequestListener(web, { overrideGlobalObjects: false });
  const opened = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void opened.promise.then(() => {
      if (!git(request, response)) void listener(request, response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where.port, where.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${where.host}:${port}`, open: opened.resolve, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
