/**
 * Hears from PostgreSQL that another process wrote something to do. It only saves time: a driver that hears nothing looks again every
 * few seconds. A connection that breaks without a word is found out by its heartbeat, and made again.
 */
import { Client } from "pg";

export const CHANNEL = "headgate";

const BEAT_MS = 15_000;
const ANSWER_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Calls `heard` for every notification that does not bear `own`, and when it listens again: it may have missed some. */
export function hear(databaseUrl: string, own: string, heard: () => void): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      if (await listenUntilBroken(databaseUrl, own, heard, stopping.signal)) pause = FIRST_PAUSE_MS;
      await interruptible(pause, stopping.signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Returns when the connection broke or the signal came. False: there was none. */
async function listenUntilBroken(
  databaseUrl: string,
  own: string,
  heard: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const broken = Promise.withResolvers<void>();
  const settings = { connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS, keepAlive: true };
  const client = new Client({ connectionString: databaseUrl, ...settings });
  // Without a listener the error of a broken connection would end the process.
  client.on("error", () => broken.resolve());
  client.on("end", () => broken.resolve());
  client.on("notification", ({ payload }) => {
    if (payload !== own) heard();
  });
  signal.addEventListener("abort", () => broken.resolve());
  try {
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
  } catch {
    await close(client);
    return false;
  }
  heard();
  const beating = setInterval(() => {
    client.query("select 1").catch(() => broken.resolve());
  }, BEAT_MS);
  await broken.promise;
  clearInterval(beating);
  await close(client);
  return true;
}

/** A connection that no longer answers is not waited for. */
async function close(client: Client): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref());
  await Promise.race([client.end().catch(() => {}), late]);
}

async function interruptible(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
