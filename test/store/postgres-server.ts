/** A PostgreSQL server for tests: a temporary cluster of the machine's own binaries, reached through a socket in its folder. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";

export interface PostgresServer {
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** The folder of `initdb` and `postgres`, or null. Debian keeps them off the PATH. */
export function findPostgres(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((program) => existsSync(join(folder, program)))) ?? null;
}

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "headgate-postgres-"));
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
  const server = spawn(join(programs, "postgres"), ["-D", cluster, ...options], {
    ...account,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(server);
  const url = (database: string) => `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=headgate`;
  return {
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      return url(name);
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

/** initdb and postgres refuse to run as root; the Debian package brings an account for them. */
function unprivilegedAccount(): { uid: number; gid: number } | { uid?: undefined } {
  if (userInfo().uid !== 0) return {};
  const id = (what: string) => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
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
