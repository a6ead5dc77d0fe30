/** Finds names of people and issues in a text. Imports only types: the worker loads this file too. */

/** The lengths of owners and repositories are limited. Without a limit a long word takes quadratic time. */
const name = String.raw`@([a-z\d](?:[a-z\d-]{0,37}[a-z\d])?)|(?:([\w.-]{1,39})\/([\w.-]{1,100}))?#(\d{1,9})`;

export const standingAlone = new RegExp(String.raw`(?<![\w/@.-])(?:${name})(?![\w-])`, "gi");

/** Also matches within a word. The character before a name may be Markdown syntax that the rendered text lacks. */
export const anywhere = new RegExp(name, "gi");
