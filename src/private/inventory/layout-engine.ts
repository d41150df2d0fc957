/** The part of dagre that is used. The build bundles it into the compiled file, so the package needs no dependency for it. */
interface Dagre {
  readonly graphlib: { readonly Graph: new (options: object) => Graph };
  layout(graph: Graph): void;
}

interface Graph {
  setGraph(label: object): Graph;
  setNode(id: string, label: object): Graph;
  setEdge(from: string, to: string, label: object): Graph;
  node(id: string): { readonly x: number; readonly y: number };
  edge(from: string, to: string): { readonly points: { readonly x: number; readonly y: number }[]; readonly x: number; readonly y: number };
  graph(): { readonly width: number; readonly height: number };
}

// eslint-disable-next-line @typescript-eslint/no-require-imports, import/no-extraneous-dependencies -- bundled by the build
export const dagre: Dagre = require('@dagrejs/dagre');
