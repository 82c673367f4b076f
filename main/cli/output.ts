import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { RESULTS_FORMATS, type ResultsFormat } from '../results/writer.ts';
import { UsageError, type Context } from './command.ts';

/** Where results go, piece by piece. */
export interface Output {
  write(text: string): Promise<void>;
  /** Everything was written: the file takes its name, or another one. */
  finish(name?: string): Promise<void>;
  /** What was not finished is of no use: no half-written file stays. */
  discard(): Promise<void>;
}

/** The format that a file's ending stands for. */
export function formatOf(file: string): ResultsFormat {
  const ending = path.extname(file).slice(1).toLowerCase();
  if (Object.hasOwn(RESULTS_FORMATS, ending)) return ending as ResultsFormat;
  throw new UsageError(({ t }) => t('cli:usage.results-name', { file: path.basename(file) }));
}

/** What the system said when a file was written. */
export function writeFailed(file: string, error: unknown): HifuseError {
  const problem = (error as NodeJS.ErrnoException).code ?? String(error);
  return new HifuseError('file.write-failed', { reason: 'file', file: path.basename(file), problem });
}

/** This computer in the names of drafts: on a shared drive, runs of others may be alive. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A hidden name beside a file, for what is not whole yet, that tells which run writes it. */
const draftName = (name: string): string => `.${name}.${HOST}-${process.pid}-${randomBytes(4).toString('hex')}.draft`;

/** Whether a process of this computer is there; one of somebody else is, too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes what runs of this computer that were killed left beside a file. @returns whether there was any */
async function removeAbandoned(file: string): Promise<boolean> {
  const start = `.${path.basename(file)}.${HOST}-`;
  const beside = await readdir(path.dirname(file)).catch((): string[] => []);
  const abandoned = beside.filter((name) => {
    const [, pid] = (name.startsWith(start) && /^(\d+)-[0-9a-f]{8}\.draft$/.exec(name.slice(start.length))) || [];
    return pid !== undefined && !isRunning(Number(pid));
  });
  for (const name of abandoned) await rm(path.join(path.dirname(file), name), { force: true });
  return abandoned.length > 0;
}

/** Tells two states of a file apart; '' where there is none. */
const stateOf = (file: string): Promise<string> =>
  stat(file).then(
    ({ dev, ino, size, mtimeMs }) => [dev, ino, size, mtimeMs].join(),
    () => '',
  );

export interface FileOutput extends Output {
  write(data: string | Uint8Array): Promise<void>;
}

/**
 * Writes a file under a hidden name of its own beside it, and gives it its name at the end: a file of that name is
 * whole, also where two runs write it at the same time. The later one then stays, and says so. What an earlier run left that
 * was killed is removed, and said.
 * @throws HifuseError `file.write-failed`
 */
export async function fileOutput(file: string, { say, texts }: Pick<Context, 'say' | 'texts'>): Promise<FileOutput> {
  if (await removeAbandoned(file)) say(texts.t('cli:abandoned', { file }));
  const draft = path.join(path.dirname(file), draftName(path.basename(file)));
  const guard = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw writeFailed(file, error);
    });
  const before = await stateOf(file);
  const handle = await guard(open(draft, 'wx'));
  let written = 0;
  return {
    write: async (data) => {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      try {
        await guard(handle.appendFile(bytes));
        written += bytes.byteLength;
      } catch (error) {
        // No piece is written in half.
        await handle.truncate(written).catch(() => undefined);
        throw error;
      }
    },
    finish: async (name = file) => {
      await guard(handle.close());
      if (name === file && (await stateOf(file)) !== before) {
        say(texts.t('cli:written-by-another', { file }));
      }
      await guard(rename(draft, name));
    },
    discard: async () => {
      await handle.close().catch(() => undefined);
      await rm(draft, { force: true });
    },
  };
}

/** Writes files whole: all of them, or none. @throws HifuseError `file.write-failed` */
export async function writeAll(
  files: readonly { file: string; bytes: Uint8Array }[],
  context: Pick<Context, 'say' | 'texts'>,
): Promise<void> {
  const outputs: FileOutput[] = [];
  try {
    for (const { file, bytes } of files) {
      const output = await fileOutput(file, context);
      outputs.push(output);
      await output.write(bytes);
    }
    for (const output of outputs) await output.finish();
  } finally {
    for (const output of outputs) await output.discard();
  }
}

/** Writes a file whole, or not at all. @throws HifuseError `file.write-failed` */
export const writeWhole = (file: string, bytes: Uint8Array, context: Pick<Context, 'say' | 'texts'>): Promise<void> =>
  writeAll([{ file, bytes }], context);

/** Results on stdout, which cannot be taken back. */
export function standardOutput(context: Context): Output {
  return {
    write: (text) => context.write(text),
    finish: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}
