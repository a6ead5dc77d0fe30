/**
 * Reads a ZIP archive that an attacker may have written. Trusts only the central directory. Inflates only the requested
 * entries, with zlib's own limit on output. Refuses encryption, ZIP64, duplicate names, and wrong sizes or checksums.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";

export interface UnzipLimits {
  /** The largest number of entries in the archive, requested or not. */
  entries: number;
  /** The largest total size of the requested entries, unpacked. */
  bytes: number;
}

/** The archive is damaged, hostile or beyond the limits. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
}

interface Entry {
  name: string;
  deflated: boolean;
  crc: number;
  packedSize: number;
  size: number;
  /** Byte offset of the local header. */
  offset: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_SIZE = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Bytes. The requested names are far shorter. */
const MAX_NAME = 1_024;
const IN_ZIP64 = 0xffffffff;

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

/**
 * Returns the requested entries by name. `limitOf` gives the largest size of an entry, unpacked; null: it is not requested. Throws
 * BadArchive.
 */
export async function unzip(
  archive: Uint8Array,
  limitOf: (name: string) => number | null,
  limits: UnzipLimits,
): Promise<Map<string, Uint8Array>> {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const files = new Map<string, Uint8Array>();
  try {
    const entries = directory(zip, limits.entries).filter((entry) => limitOf(entry.name) !== null);
    for (const { name, size } of entries) {
      const most = limitOf(name) ?? 0;
      if (size > most) throw new BadArchive(`its ${name} is larger than ${most} bytes`);
    }
    const total = entries.reduce((sum, entry) => sum + entry.size, 0);
    const packed = entries.reduce((sum, entry) => sum + entry.packedSize, 0);
    // Entries that share their content would be inflated again and again.
    if (packed > zip.length) throw new BadArchive("its entries overlap");
    if (total > limits.bytes) throw new BadArchive(`it unpacks to more than ${limits.bytes} bytes`);
    for (const entry of entries) {
      if (files.has(entry.name)) throw new BadArchive(`it has ${entry.name} twice`);
      files.set(entry.name, await content(zip, entry));
    }
  } catch (error) {
    if (error instanceof BadArchive) throw error;
    // Covers offsets outside the archive and zlib's own errors.
    throw new BadArchive("it is damaged", { cause: error });
  }
  return files;
}

function directory(zip: Buffer, maxEntries: number): Entry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  if (count > maxEntries) throw new BadArchive(`it has more than ${maxEntries} entries`);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new BadArchive("it is damaged");
    const nameLength = zip.readUInt16LE(at + 28);
    const nameEnd = at + DIRECTORY_ENTRY_SIZE + nameLength;
    if (nameLength > MAX_NAME) throw new BadArchive(`an entry's name is longer than ${MAX_NAME} bytes`);
    const method = zip.readUInt16LE(at + 10);
    const entry: Entry = {
      name: zip.toString("utf8", at + DIRECTORY_ENTRY_SIZE, nameEnd),
      deflated: method === DEFLATED,
      crc: zip.readUInt32LE(at + 16),
      packedSize: zip.readUInt32LE(at + 20),
      size: zip.readUInt32LE(at + 24),
      offset: zip.readUInt32LE(at + 42),
    };
    const encrypted = (zip.readUInt16LE(at + 8) & ENCRYPTED) !== 0;
    const zip64 = [entry.packedSize, entry.size, entry.offset].includes(IN_ZIP64);
    if (encrypted || zip64 || (method !== STORED && method !== DEFLATED)) {
      throw new BadArchive("it is encrypted, too large or packed in an uncommon way");
    }
    entries.push(entry);
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** Finds the end record. Searches from the back, because a comment of unknown length follows the record. */
function findEnd(zip: Buffer): number {
  const last = zip.length - END_SIZE;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at -= 1) {
    if (zip.readUInt32LE(at) === END && at + END_SIZE + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  throw new BadArchive("it is not a ZIP archive");
}

async function content(zip: Buffer, entry: Entry): Promise<Uint8Array> {
  if (zip.readUInt32LE(entry.offset) !== LOCAL_HEADER) throw new BadArchive("it is damaged");
  // The name and extra field in the local header can be longer than in the directory.
  const names = zip.readUInt16LE(entry.offset + 26) + zip.readUInt16LE(entry.offset + 28);
  const start = entry.offset + LOCAL_HEADER_SIZE + names;
  const packed = zip.subarray(start, start + entry.packedSize);
  const bytes = entry.deflated ? await inflate(packed, { maxOutputLength: Math.max(1, entry.size) }) : packed;
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc) throw new BadArchive(`${entry.name} is damaged`);
  return bytes;
}
