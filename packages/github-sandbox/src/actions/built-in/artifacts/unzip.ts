/** Unpacks the zip files that `zip.ts` writes. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";

const inflate = promisify(inflateRaw);

/** Throws when the file is no zip, or an entry would land outside the folder. */
export async function unzip(path: string, folder: string): Promise<void> {
  const zip = await readFile(path);
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error("The artifact is no zip file");
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const target = resolve(folder, name);
    if (relative(folder, target).startsWith("..")) throw new Error(`The artifact holds a path outside of it: ${name}`);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await inflate(packed));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  await mkdir(folder, { recursive: true });
}
