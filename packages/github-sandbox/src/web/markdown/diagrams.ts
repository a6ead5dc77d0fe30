/**
 * The class of a Mermaid diagram's element. It holds the source until `assets/diagrams.js` draws it, and without
 * scripts for good.
 */
export const diagramClass = "diagram";

/** The start tag as it is rendered. */
export const diagramTag = `<pre class="${diagramClass}">`;
