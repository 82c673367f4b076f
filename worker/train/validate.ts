import type { StateDict } from '../../models/hifuse/state-dict.ts';
import { indexOfLargest, probabilities } from '../../models/hifuse/probabilities.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import { prepareCases } from '../../models/evaluation/cases.ts';
import { measure, type Metrics } from '../../models/evaluation/metrics.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { Engine } from '../engines/engine.ts';
import type { Imaging } from '../handlers/imaging.ts';
import type { TrainingImage } from './request.ts';

const IMAGE = 3 * INPUT_SIZE * INPUT_SIZE;

/** What the network with these weights makes of labelled images, as it will be used: no augmentation, an engine's own graph. */
export async function validate(
  { engine, device }: { engine: Engine; device: 'cpu' | 'cuda' },
  manifest: Manifest,
  state: StateDict,
  images: readonly TrainingImage[],
  imaging: Pick<Imaging, 'input'>,
  signal: AbortSignal,
): Promise<Metrics> {
  const session = await engine.load({ manifest, state }, device);
  const classes = manifest.classes.length;
  try {
    const cases = [];
    for (let start = 0; start < images.length; start += session.preferredBatch) {
      signal.throwIfAborted();
      const some = images.slice(start, start + session.preferredBatch);
      const data = new Float32Array(some.length * IMAGE);
      const inputs = some.map(({ path }) => imaging.input({ path, frame: 0 }, manifest.preprocessing, signal));
      for (const [i, { tensor }] of (await Promise.all(inputs)).entries()) data.set(tensor, i * IMAGE);
      const { logits } = await session.run({ data, size: some.length });
      for (const [i, { label, group }] of some.entries()) {
        const row = logits.data.subarray(i * classes, (i + 1) * classes);
        cases.push({ label, group, probabilities: probabilities(row) });
      }
    }
    return measure(prepareCases(cases, classes));
  } finally {
    await session.dispose();
  }
}

/** How many rows of logits have their largest value where the label is. */
export function countCorrect(logits: Float32Array, labels: readonly number[]): number {
  const classes = logits.length / labels.length;
  return labels.filter((label, i) => indexOfLargest([...logits.subarray(i * classes, (i + 1) * classes)]) === label)
    .length;
}
