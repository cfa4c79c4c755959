import { type Graph, togetherShape } from './graph';
import { Model } from './model';

/** The same network with the values of all its layers as outputs, in their order. Places of parameters stay. */
function withAllOutputs(graph: Graph): Graph {
  const shapes = graph.nodes.map(({ built }) => built.outputShape);
  return { ...graph, outputs: graph.nodes.map((_, place) => place), outputShape: togetherShape(shapes) };
}

/**
 * A model whose prediction holds what every layer puts out, with a copy of another's parameters. It is to be compiled, and
 * disposed of, by itself.
 */
export function observingModel(model: Model): Model {
  const observing = new Model(model.name, withAllOutputs(model.graph), model.seed, { initialize: false });
  for (const { name } of model.graph.parameters) observing.parameter(name).set(model.parameter(name));
  return observing;
}
