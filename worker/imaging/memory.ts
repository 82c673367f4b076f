import { HifuseError } from '../../models/errors.ts';

/** How Node, V8 and WebAssembly say that there is no memory left, which is no fault of the file. */
const OUT_OF_MEMORY =
  /ERR_WORKER_OUT_OF_MEMORY|out of memory|memory limit|allocation failed|bad_alloc|cannot enlarge memory|array buffer allocation/i;

export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && OUT_OF_MEMORY.test(`${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`);

/** What to throw instead of calling the file damaged. */
export const outOfMemory = (file: string): HifuseError =>
  new HifuseError('image.too-large', { reason: 'memory', file });
