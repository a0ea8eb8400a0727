// Where nodes are: how deep in the tree, and which one a range of the text is.
import type { Node, SourceFile } from './typescript.js';

/** How many levels below one of its ancestors a node is, counted on from the ancestor's depth. */
export function depthBelow(ancestor: Node, node: Node, depth: number): number {
  let below = depth;
  for (let at: Node | undefined = node; at && at !== ancestor; at = at.parent) below++;
  return below;
}

/** Nodes by their exact range; of nodes with the same range the innermost. */
export function indexNodes(file: SourceFile): Map<number, Node> {
  const index = new Map<number, Node>();
  const visit = (node: Node): undefined => {
    if (node.end > node.pos) index.set(node.getStart() * 0x200000 + node.end, node);
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return index;
}
