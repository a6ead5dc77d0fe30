/** Serves git, REST and the web pages on one port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";

export interface Listening {
  /** Such as `http://127.0.0.1:4000`. */
  url: string;
  /** Lets the requests through. Earlier ones wait, so that none sees what a crash left half done. */
  open(): void;
  close(): Promise<void>;
}

/** Answers git's requests and returns true; returns false for all others. */
export type GitSide = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Listens. `port` 0 takes any free one. @throws the error of `listen`, such as EADDRINUSE. */
export async function listen(
  where: { host: string; port: number },
  git: GitSide,
  web: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  // Keeps Node's own global Request and Response. Tests and clients in this process use them too.
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
