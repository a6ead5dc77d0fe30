/** Draws each diagram in the place of its source. One that cannot be drawn stays source, with Mermaid's reason above it. */
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
// Strict: labels are text, and nothing in a diagram can be clicked. https://mermaid.js.org/config/usage.html#securitylevel
mermaid.initialize({
  startOnLoad: false,
  securityLevel: "strict",
  suppressErrorRendering: true,
  theme: dark ? "dark" : "default",
});

let drawn = 0;
for (const source of document.querySelectorAll("pre.diagram")) {
  drawn += 1;
  try {
    const { svg } = await mermaid.render(`diagram-${drawn}`, source.textContent);
    const figure = document.createElement("figure");
    figure.className = "drawn";
    figure.innerHTML = svg;
    source.replaceWith(figure);
  } catch (error) {
    const reason = document.createElement("p");
    reason.className = "quiet";
    reason.textContent = `This diagram cannot be drawn: ${error.message}`;
    source.before(reason);
  }
}
