/**
 * Finds a Chromium for tests: the machine's own, or else the one that `@sparticuz/chromium` brings from npm for Linux on x64
 * together with the libraries and fonts that a machine without a desktop lacks.
 */
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Chromium {
  executablePath: string;
  args: string[];
  env: Record<string, string | undefined>;
}

export async function findChromium(): Promise<Chromium> {
  const found = onMachine() ?? (await fromNpm());
  if (found !== null) return found;
  throw new Error(
    `These tests read pages in Chromium. This machine has none, and npm has none for ${process.platform} on ${process.arch}. ` +
      "Install Chromium or Google Chrome (Debian: apt-get install chromium; macOS: brew install --cask google-chrome), and run the tests again.",
  );
}

function onMachine(): Chromium | null {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const apps = ["Google Chrome", "Chromium"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const executablePath = [...onPath, ...apps].find((path) => existsSync(path));
  if (executablePath === undefined) return null;
  // Chromium's own sandbox refuses to run as root.
  return { executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [], env: process.env };
}

async function fromNpm(): Promise<Chromium | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const root = fileURLToPath(new URL("..", import.meta.resolve("@sparticuz/chromium")));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const cache = join(import.meta.dirname, "..", "node_modules", ".cache", "headgate");
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) await unpackOnce(cache, folder);
  return {
    executablePath: join(folder, "chromium"),
    // Chromium's own sandbox needs a setuid helper or user namespaces. This one has no helper, and Ubuntu allows unknown
    // programs no namespaces.
    args: ["--no-sandbox"],
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, "al2023", "lib"), FONTCONFIG_PATH: join(folder, "fonts") },
  };
}

/** Unpacks beside `folder` and renames at the end: another test file may unpack too, and must never start half a program. */
async function unpackOnce(cache: string, folder: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const unpacked = mkdtempSync(`${folder}-`);
  try {
    // The package unpacks into the folder for temporary files. It adds the libraries where it believes to run on AWS Lambda.
    const env = { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
    await promisify(execFile)(process.execPath, ["--eval", UNPACK], { cwd: import.meta.dirname, env });
    // The package's own file names folders of AWS Lambda. Chromium ends when it finds no font.
    writeFileSync(join(unpacked, "fonts", "fonts.conf"), FONTS);
    // Another account may run the tests next time.
    for (const path of [unpacked, join(unpacked, "chromium")]) chmodSync(path, 0o755);
    renameSync(unpacked, folder);
  } catch (error) {
    rmSync(unpacked, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

const UNPACK = 'import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())';

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
`;
