import type { SelfTest } from '../../models/package/manifest.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Engine, LoadedModel } from '../engines/engine.ts';
import { rowsOf } from '../engines/rows.ts';
import { largestDifference, selfTestBatch } from '../engines/self-test.ts';

/** Images of a self-test: two, so that mixing up images of a batch is found. */
const IMAGES = 2;

const INPUT: SelfTest['input'] = { formula: 'fnv1a-lcg', name: 'input', shape: [IMAGES, 3, INPUT_SIZE, INPUT_SIZE] };

/**
 * What arithmetic alone may change a logit by, at logits of about 1: float32 sums in another order (the golden files
 * agree within 1e-4; graphics processors are somewhat coarser), float16 sums, and int8 weights and activations.
 */
const ARITHMETIC = { float32: 1e-3, float16: 2e-2, int8: 0.5 } as const;

/** Rows of logits, one per image. */
export type Rows = readonly (readonly number[])[];

/**
 * What a network answers to the self-test's input.
 *
 * @param engine runs it on the processor
 * @throws HifuseError `engine.*`
 */
export async function selfTestLogits(model: LoadedModel, engine: Engine): Promise<Rows> {
  const session = await engine.load(model, 'cpu');
  try {
    return rowsOf((await session.run(selfTestBatch({ input: INPUT }))).logits);
  } finally {
    await session.dispose();
  }
}

/**
 * Makes a package's self-test. It demands what the checkpoint's own float32 weights answer; the tolerances allow for the
 * rounding of the stored weights, as measured, and for the arithmetic of each precision.
 *
 * @param original logits with the checkpoint's weights
 * @param stored logits with the weights as the package holds them
 */
export function makeSelfTest(original: Rows, stored: Rows): SelfTest {
  const rounding = largestDifference(stored.flat(), original.flat());
  const scale = Math.max(1, ...original.flat().map(Math.abs));
  const allow = (arithmetic: number): number => roundUp(rounding + arithmetic * scale);
  return {
    schema: 1,
    input: INPUT,
    logits: original,
    tolerance: {
      float32: allow(ARITHMETIC.float32),
      float16: allow(ARITHMETIC.float16),
      int8: allow(ARITHMETIC.int8),
    },
  };
}

/** To two digits, upwards. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit) * unit).toPrecision(2));
}
