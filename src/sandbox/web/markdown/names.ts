/** Names of people and issues in a text. This file has no imports but types: the worker loads it too. */

const name = String.raw`@([a-z\d](?:[a-z\d-]*[a-z\d])?)|(?:([\w.-]+)\/([\w.-]+))?#(\d{1,9})`;

export const standingAlone = new RegExp(String.raw`(?<![\w/@.-])(?:${name})(?![\w-])`, "gi");

/** Also where it stands in a word: what surrounds it may be Markdown's and not be there when it is read. */
export const anywhere = new RegExp(name, "gi");
