/**
 * Every failure that can cross a process border: `code` says which kind it is and never changes its meaning, and a code
 * with several sentences has them as `code/reason`. Each says what is wrong, with which file, and what to do; `{{cause}}`
 * stands for the sentence of the error that led to it.
 */
import { application } from './application.ts';
import { batch } from './batch.ts';
import { checkpoint } from './checkpoint.ts';
import { dicom } from './dicom.ts';
import { engine } from './engine.ts';
import { file } from './file.ts';
import { image } from './image.ts';
import { model } from './model.ts';

export const errors = {
  ...file,
  ...image,
  ...dicom,
  ...model,
  ...checkpoint,
  ...engine,
  ...batch,
  ...application,
} as const;
