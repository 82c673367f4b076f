import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { RESULTS_FORMATS, type ResultsFormat } from '../results/writer.ts';
import { UsageError, type Context } from './command.ts';

/** Where results go, piece by piece. */
export interface Output {
  write(data: string): Promise<void>;
  /** Everything was written: the file takes its name. */
  finish(): Promise<void>;
  /** Something went wrong: no half-written file stays. */
  discard(): Promise<void>;
}

/** The format that a file's ending stands for. */
export function formatOf(file: string): ResultsFormat {
  const ending = path.extname(file).slice(1).toLowerCase();
  if (Object.hasOwn(RESULTS_FORMATS, ending)) return ending as ResultsFormat;
  throw new UsageError(`--out ends with .csv or .json, which "${path.basename(file)}" does not.`);
}

function writeFailed(file: string, error: unknown): HifuseError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new HifuseError(
    'file.write-failed',
    `"${path.basename(file)}" cannot be written (${reason}). Is the folder there, writable, and not full?`,
  );
}

/**
 * Writes a file under a hidden name beside it, and gives it its own name at the end: a file of that name is complete.
 * @throws HifuseError `file.write-failed`
 */
export async function fileOutput(file: string): Promise<Output & { write(data: string | Uint8Array): Promise<void> }> {
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.partial`);
  const guard = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw writeFailed(file, error);
    });
  const handle = await guard(open(partial, 'w'));
  return {
    write: async (data: string | Uint8Array) => {
      await guard(handle.appendFile(data));
    },
    finish: async () => {
      await guard(handle.close());
      await guard(rename(partial, file));
    },
    discard: async () => {
      await handle.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

/** Results on stdout, which cannot be taken back. */
export function standardOutput(context: Context): Output {
  return {
    write: (text) => context.write(text),
    finish: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}
