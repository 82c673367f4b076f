import { fillFormula } from '../../models/hifuse/formula.ts';
import { HifuseError } from '../../models/errors.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import type { Batch, Session } from './engine.ts';

export interface SelfTestResult {
  /** Largest absolute difference of a logit; Infinity where a logit is not finite. */
  deviation: number;
  /** Largest difference that the package allows at the session's precision. */
  tolerance: number;
  ok: boolean;
}

/** The self-test's input: made by formula, so that no package has to carry an image. */
export function selfTestBatch({ input }: Pick<SelfTest, 'input'>): Batch {
  return { data: fillFormula(input.name, input.shape), size: input.shape[0]! };
}

/**
 * Runs a package's self-test on a device that has loaded it.
 *
 * @throws HifuseError `engine.failed` where the network does not run, or answers in another shape
 */
export async function runSelfTest(session: Session, selfTest: SelfTest): Promise<SelfTestResult> {
  const { logits } = await session.run(selfTestBatch(selfTest));
  const expected = selfTest.logits.flat();
  if (logits.data.length !== expected.length) {
    throw new HifuseError('engine.failed', {
      reason: 'self-test',
      engine: session.engine,
      device: session.device,
      found: logits.data.length,
      expected: expected.length,
    });
  }
  const deviation = largestDifference(logits.data, expected);
  const tolerance = selfTest.tolerance[session.precision];
  return { deviation, tolerance, ok: deviation <= tolerance };
}

/** Largest absolute difference of two lists of equal length; Infinity where one of them holds what is not finite. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!Number.isFinite(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}
