import type { Layer, LayerConfig } from '../../lib/layers/layer';
import { rebuildLayer } from '../../lib/model/layer-registry';
import { neighbours, square } from '../cases/custom';
import { layerCases } from '../cases/layers';

it.each(layerCases)('makes $name again from its options as JSON', ({ layer, inputShape }) => {
  const config = JSON.parse(JSON.stringify(layer.config)) as LayerConfig;
  const again = rebuildLayer(layer.kind, 'again', config, [neighbours, square]) as Layer;
  expect({ kind: again.kind, name: again.name, config: again.config }).toEqual({
    kind: layer.kind,
    name: 'again',
    config,
  });
  expect(again.build(inputShape).outputShape).toEqual(layer.build(inputShape).outputShape);
});
