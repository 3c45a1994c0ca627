/**
 * The first lines of a Mermaid picture. From top to bottom it fits the width of a comment on GitHub at a readable size;
 * lines of a label are not wrapped.
 */
export const FLOWCHART: readonly string[] = [
  '%%{init: {"flowchart": {"wrappingWidth": 400, "nodeSpacing": 25, "rankSpacing": 35, ' +
    '"subGraphTitleMargin": {"top": 4, "bottom": 14}}}}%%',
  "flowchart TB",
];
