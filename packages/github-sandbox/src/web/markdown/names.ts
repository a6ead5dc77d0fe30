/** Names of people and issues in a text. This file has no imports but types: the worker loads it too. */

/** Owners and repositories have limits; without any here, a long word would be read again from each of its letters. */
const name = String.raw`@([a-z\d](?:[a-z\d-]{0,37}[a-z\d])?)|(?:([\w.-]{1,39})\/([\w.-]{1,100}))?#(\d{1,9})`;

export const standingAlone = new RegExp(String.raw`(?<![\w/@.-])(?:${name})(?![\w-])`, "gi");

/** Also where it stands in a word: what surrounds it may be Markdown's and not be there when it is read. */
export const anywhere = new RegExp(name, "gi");
