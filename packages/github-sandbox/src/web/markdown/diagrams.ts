/** How a Mermaid diagram stands in a page until `assets/diagrams.js` has drawn it; without scripts its source is read. */
export const diagramClass = "diagram";

/** As it is printed. */
export const diagramTag = `<pre class="${diagramClass}">`;
