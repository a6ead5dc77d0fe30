/** A PostgreSQL server for tests: a temporary cluster, reached through a socket in its folder. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { findPostgres } from "./find-postgres.ts";

export interface PostgresServer {
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Kills the server as SIGKILL does, and starts it again over the same files. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "headgate-postgres-"));
  const programs = findPostgres(folder);
  const cluster = join(folder, "cluster");
  const account = unprivilegedAccount();
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
  execFileSync(
    join(programs, "initdb"),
    ["-D", cluster, "-U", "headgate", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    {
      ...account,
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const settings = { listen_addresses: "", unix_socket_directories: folder, fsync: "off" };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const start = async () => {
    const started = spawn(join(programs, "postgres"), ["-D", cluster, ...options], {
      ...account,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await ready(started);
    return started;
  };
  let server = await start();
  const url = (database: string) => `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=headgate`;
  return {
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      return url(name);
    },
    async crash() {
      const gone = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await gone;
      // The processes of connections see the end of the first one within a moment. Until then a second one refuses to start.
      for (let tries = 1; ; tries += 1) {
        try {
          server = await start();
          return;
        } catch (error) {
          if (tries === 50) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
    async stop() {
      const gone = new Promise((resolve) => server.once("exit", resolve));
      // PostgreSQL's fast shutdown: it breaks off what clients still do.
      server.kill("SIGINT");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the account of Debian's package or `nobody` when this process is root: initdb and postgres refuse to run as root. */
function unprivilegedAccount(): { uid: number; gid: number } | { uid?: undefined } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((what) => spawnSync("id", [what, name], { encoding: "utf8" }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    "PostgreSQL refuses to run as root, and this machine has neither an account `postgres` nor `nobody`.",
  );
}

async function ready(server: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
}
