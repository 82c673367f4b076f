/** English: the language that is complete, and the shape of all others. */
import { batch } from './batch.ts';
import { cli } from './cli.ts';
import { desktop } from './desktop.ts';
import { errors } from './errors/index.ts';
import { measure } from './measure.ts';
import { help } from './help.ts';
import { reasons } from './reasons.ts';
import { report } from './report.ts';
import { terms } from './terms.ts';
import { verdict } from './verdict.ts';
import { warnings } from './warnings.ts';
import { window } from './window/index.ts';

export const en = {
  batch,
  cli,
  desktop,
  errors,
  measure,
  help,
  reasons,
  report,
  terms,
  verdict,
  warnings,
  window,
} as const;
