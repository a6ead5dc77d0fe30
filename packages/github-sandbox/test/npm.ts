import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { vi } from "vitest";

/**
 * Puts a fake npm first on the PATH. It "installs" Node.js 7.10.1 for a range that begins with 7, and knows no other version.
 * Returns a function that lists what it was asked for. Undo it with `vi.unstubAllEnvs()`.
 */
export function fakeNpm(folder: string): () => string[] {
  const bin = join(folder, "fake-npm");
  const asked = join(bin, "asked");
  mkdirSync(bin);
  const script = `#!/bin/sh
echo "$*" >> ${asked}
place=$3
for last; do
  case "$last" in
    npm@*) exit 0 ;;
    node*@7*) name=\${last%@*} ;;
  esac
done
[ -n "$name" ] || { echo "npm error code ETARGET" >&2; exit 1; }
mkdir -p "$place/node_modules/$name" "$place/node_modules/.bin"
echo '{"version":"7.10.1"}' > "$place/node_modules/$name/package.json"
printf '#!/bin/sh\\necho the fake node 7.10.1\\n' > "$place/node_modules/.bin/node"
chmod +x "$place/node_modules/.bin/node"
`;
  writeFileSync(join(bin, "npm"), script, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
  return () => (existsSync(asked) ? readFileSync(asked, "utf8").trim().split("\n") : []);
}
