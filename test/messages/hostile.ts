import fc from "fast-check";

/** Texts that try to break out of wherever they are put. */
export function hostile(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    ..."`*_[]()<>|\"'#@&;:\\~-+.!%${}^/ \n\t",
    ..."ab1é字😀\u200b\u202e\u001b\ud800",
    "```",
    "\n```\n",
    "~~~",
    '"]',
    "<!--",
    "-->",
    "<script>",
    "</details>",
    "| a | b |\n|---|---|",
    "end",
    "style a:b",
    "&lt;",
    "#quot;",
    "fixes #1",
    "@ada",
    "> ",
    "- ",
    "\r\n",
    "[x](http://y)",
    "http://x.y ",
  );
  return fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
}
