// Lay out a graph: JSON on stdin {dagre, direction, nodes: [{id, width, height}],
// edges: [{from, to, width, height}]}, JSON on stdout the same with x, y and the edges' points.
const fs = require("fs");
const vm = require("vm");
const given = JSON.parse(fs.readFileSync(0, "utf-8"));
const dagre = vm.runInThisContext(`${fs.readFileSync(given.dagre, "utf-8")}; dagre`);

const graph = new dagre.graphlib.Graph({ multigraph: true });
graph.setGraph({ rankdir: given.direction, nodesep: 18, edgesep: 12, ranksep: 30 });
graph.setDefaultEdgeLabel(() => ({}));
for (const node of given.nodes) graph.setNode(node.id, node);
given.edges.forEach((edge, k) => graph.setEdge(edge.from, edge.to, edge, String(k)));
dagre.layout(graph);
process.stdout.write(JSON.stringify({ ...given, size: graph.graph() }));
