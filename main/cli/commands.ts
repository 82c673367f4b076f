import { batch } from './batch.ts';
import { calibrate } from './calibrate.ts';
import { card } from './card.ts';
import { classify } from './classify.ts';
import type { Command } from './command.ts';
import { evaluate } from './evaluate.ts';
import { exportOnnx } from './export-onnx.ts';
import { importCommand } from './import.ts';
import { inspect } from './inspect.ts';
import { merge } from './merge.ts';
import { models } from './models.ts';
import { quantize } from './quantize.ts';
import { render } from './render.ts';
import { report } from './report.ts';
import { train } from './train.ts';
import { verify } from './verify.ts';
import { verifyReport } from './verify-report.ts';

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  classify,
  batch,
  merge,
  inspect,
  render,
  report,
  verifyReport,
  evaluate,
  models,
  verify,
  importCommand,
  exportOnnx,
  quantize,
  calibrate,
  card,
  train,
];
