import type { ErrorCode } from '../../models/errors.ts';
import type { Texts } from '../../models/texts/texts.ts';

const ADVISED = [
  'model.not-found',
  'model.invalid-package',
  'model.hash-mismatch',
  'engine.unavailable',
  'engine.failed',
  'worker.crashed',
  'worker.timeout',
] as const satisfies readonly ErrorCode[];

/** What the reader can do in this window about an error; empty where the error itself says what to do with the file. */
export function adviceFor(code: ErrorCode, texts: Texts): string {
  const advised = ADVISED.find((one) => one === code);
  return advised ? texts.t(`window:advice/${advised}`) : '';
}
