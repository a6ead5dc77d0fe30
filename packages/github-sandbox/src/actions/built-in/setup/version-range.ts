/**
 * Compares this machine's version with the range that a workflow asks for, in the syntax that the setup actions accept.
 * https://github.com/npm/node-semver#ranges
 */
type Numbers = readonly number[];

const comparator = /^(>=|<=|>|<|=|\^|~)?v?(\d+|[x*])(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?$/i;

/** @param version Only numbers and dots, such as `24.21.0`. */
export function isInRange(range: string, version: string): boolean {
  const present = version.split(".").map(Number);
  return range.split("||").some((alternative) => {
    const closed = alternative
      .trim()
      .replace(/(\S+)\s+-\s+(\S+)/g, ">=$1 <=$2")
      .replace(/([<>=^~])\s+/g, "$1");
    return closed !== "" && closed.split(/\s+/).every((part) => isMet(part, present));
  });
}

/** No version matches a range that cannot be read. */
function isMet(part: string, present: Numbers): boolean {
  const found = comparator.exec(part);
  if (found === null) return false;
  const [, sign = "=", ...texts] = found;
  const open = texts.findIndex((text) => text === undefined || !/\d/.test(text));
  const wanted = (open === -1 ? texts : texts.slice(0, open)).map(Number);
  const order = compare(present, wanted);
  switch (sign) {
    case ">=":
      return order >= 0;
    case ">":
      return order > 0 && !startsWith(present, wanted);
    case "<":
      return order < 0;
    case "<=":
      return order < 0 || startsWith(present, wanted);
    case "^": {
      const first = wanted.findIndex((number) => number !== 0);
      return order >= 0 && startsWith(present, first === -1 ? wanted : wanted.slice(0, first + 1));
    }
    case "~":
      return order >= 0 && startsWith(present, wanted.slice(0, 2));
    default:
      return startsWith(present, wanted);
  }
}

/** Orders two versions such as `20.9.0` and `24.21.0`. */
export function byVersion(one: string, other: string): number {
  return compare(one.split(".").map(Number), other.split(".").map(Number));
}

function startsWith(present: Numbers, wanted: Numbers): boolean {
  return wanted.every((number, index) => (present[index] ?? 0) === number);
}

function compare(one: Numbers, other: Numbers): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
