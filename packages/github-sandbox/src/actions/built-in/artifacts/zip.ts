/** Writes zip files: deflated entries, no zip64 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";

export interface ZipEntry {
  /** The path in the zip, with `/`. */
  name: string;
  /** The file to read, or else `content`. */
  file?: string;
  content?: string;
}

const deflate = promisify(deflateRaw);
const limit = 0xffff_ffff;

/** Writes the fields that an entry's local and central header share. */
function fields(content: Buffer, packed: Buffer, nameLength: number): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  // Bit 11: names are UTF-8.
  header.writeUInt16LE(0x0800, 2);
  header.writeUInt16LE(8, 4);
  // Every entry has the date 1980-01-01, so that the same files give the same zip.
  header.writeUInt16LE(0x0021, 8);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt16LE(nameLength, 22);
  return header;
}

function centralHeader(shared: Buffer, name: Buffer, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.write("PK\x01\x02", 0, "latin1");
  header.writeUInt16LE(0x0314, 4);
  shared.copy(header, 6);
  // A regular file with mode 0644.
  header.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}

function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.write("PK\x05\x06", 0, "latin1");
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/** Returns the zip's size in bytes and its SHA-256 in hex. Throws when the zip would need the zip64 format. */
export async function writeZip(path: string, entries: readonly ZipEntry[]): Promise<{ bytes: number; sha256: string }> {
  if (entries.length > 0xffff) throw new Error(`A zip holds at most 65535 files; these are ${entries.length}`);
  const hash = createHash("sha256");
  const central: Buffer[] = [];
  let offset = 0;
  await using target = await open(path, "w");
  const write = async (chunk: Buffer) => {
    await target.write(chunk);
    hash.update(chunk);
    offset += chunk.length;
    if (offset > limit) throw new Error("The zip would be larger than 4 GiB");
  };
  for (const entry of entries) {
    const content = entry.file === undefined ? Buffer.from(entry.content ?? "") : await readFile(entry.file);
    const packed = await deflate(content);
    const name = Buffer.from(entry.name);
    const shared = fields(content, packed, name.length);
    central.push(centralHeader(shared, name, offset));
    await write(Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, name, packed]));
  }
  const start = offset;
  const directory = Buffer.concat(central);
  await write(directory);
  await write(endRecord(entries.length, directory.length, start));
  return { bytes: offset, sha256: hash.digest("hex") };
}
