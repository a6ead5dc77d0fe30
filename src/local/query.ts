/** The issue or pull request that somebody asks about. */
export interface Query {
  owner: string;
  name: string;
  number: number;
}

/** GitHub's own limits on names. A number has at most ten digits. */
const QUERY = /^([A-Za-z0-9_-]{1,39})\/([A-Za-z0-9._-]{1,100})#([1-9]\d{0,9})$/;
const MAX_QUERY = 39 + 1 + 100 + 1 + 10;

/** Reads `owner/repo#12`. null: it is not of that form. */
export function readQuery(text: string): Query | null {
  if (text.length > MAX_QUERY) return null;
  const [, owner, name, number] = QUERY.exec(text) ?? [];
  return owner === undefined || name === undefined ? null : { owner, name, number: Number(number) };
}

export function queryText({ owner, name, number }: Query): string {
  return `${owner}/${name}#${number}`;
}
