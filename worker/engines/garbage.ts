import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects garbage now. V8 lets hundreds of megabytes of typed arrays that nobody needs any more pile up, being unaware
 * that a library beside it is about to take as much.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
