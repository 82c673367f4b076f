import type { ImagingPool } from '../imaging/pool.ts';

export type { PreparedInput } from '../imaging/pool.ts';

/** What the handlers need of the imaging pool; a test passes its own. */
export type Imaging = Omit<ImagingPool, 'close'>;
