/** Counts the multiplications and additions of HiFuse by running network.ts over operations that only count. */
import { formulaStateDict } from '../dist/models/hifuse/formula.js';
import { hifuse } from '../dist/models/hifuse/network.js';

/** Floating point operations (two per product) of the matrix products and convolutions for one image. */
export function operationsOf(architecture, classCount) {
  let products = 0;
  const count = (size, perPosition) => {
    products += size.rows * size.columns * perPosition;
    return size;
  };
  const same = (x) => x;
  const vector = (x) => ({ ...x, rows: 1, columns: 1 });
  const halved = (x) => ({ ...x, rows: x.rows / 2, columns: x.columns / 2 });
  const elements = (layer) => layer.weight.shape.reduce((a, b) => a * b, 1);
  const ops = {
    conv(x, layer, { stride, padding }) {
      const side = (size) => Math.floor((size + 2 * padding - layer.weight.shape[2]) / stride) + 1;
      const size = { rows: side(x.rows), columns: side(x.columns), channels: layer.weight.shape[0] };
      return count(size, elements(layer));
    },
    linear: (x, layer) => count({ ...x, channels: layer.weight.shape[0] }, elements(layer)),
    layerNorm: same,
    batchNorm: same,
    gelu: same,
    relu: same,
    sigmoid: same,
    add: same,
    scale: same,
    concat: (maps) => ({ ...maps[0], channels: maps.reduce((sum, map) => sum + map.channels, 0) }),
    channelMaxMean: (x) => ({ ...x, channels: 2 }),
    globalMean: vector,
    globalMax: vector,
    averagePool2: halved,
    mergePatches: (x) => ({ ...halved(x), channels: 4 * x.channels }),
    windowAttention: (x, { window }) => count(x, 3 * x.channels ** 2 + 2 * window ** 2 * x.channels),
  };
  hifuse(ops, architecture, formulaStateDict(architecture, classCount), { rows: 224, columns: 224, channels: 3 });
  return 2 * products;
}
