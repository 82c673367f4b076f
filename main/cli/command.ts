import { parseArgs, type ParseArgsConfig } from 'node:util';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { Warning } from '../../models/warnings.ts';
import { english, type Texts } from '../../models/texts/texts.ts';
import type { DamagedModel, ModelSummary } from '../ipc/contract.ts';
import type { Requests } from '../services/classify.ts';

/** 0 all done, 1 some failed (each with its reason), 2 nothing could run, 130 interrupted. */
export const EXIT = { ok: 0, failed: 1, unable: 2, interrupted: 130 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The services that commands use; the inference process starts with the first request. */
export interface CommandServices {
  requests: Requests;
  /**
   * Further inference processes of so many threads each; each starts with its first request, and ends with the command.
   * Where they are not to be had, `requests` serves alone.
   */
  processes?(count: number, threads: number): Requests[];
  packages: {
    list(): Promise<ModelSummary[]>;
    /** What is left out of the list, and why. */
    damaged(): Promise<DamagedModel[]>;
    /** Id or folder -> folder. */
    resolve(idOrDirectory: string): Promise<string>;
  };
  /** Folder of the model that is used where none is named: the one chosen in the app. */
  defaultModel(): Promise<string>;
  /** Folder of settings, imported models and the signing key. */
  dataDirectory: string;
  /** What the person must know of the application's data folder. */
  notices: readonly Warning[];
}

/** What surrounds a command; a test passes its own. */
export interface Context {
  services: CommandServices;
  /** Writes results to stdout as they are; resolves when they were taken. @throws HifuseError `file.write-failed` */
  write(text: string): Promise<void>;
  /** Sentences in the reader's language. */
  texts: Texts;
  /** Writes a line for people to stdout; foreign text in it cannot act on the terminal. */
  print(line: string): Promise<void>;
  /** Writes a line for people to stderr; foreign text in it cannot act on the terminal. */
  say(line: string): void;
  /** Replaces the last line of a terminal; null where stderr is none. */
  status: ((line: string) => void) | null;
  /** Aborted by Ctrl-C, by the end of the session, and by a request to end. */
  signal: AbortSignal;
}

export interface Command {
  name: string;
  summary: Sentence;
  /** What `--help` prints. */
  help: Sentence;
  run(args: readonly string[], context: Context): Promise<ExitStatus>;
}

/** A sentence, made in the language of whoever reads it. */
export type Sentence = (texts: Texts) => string;

/** The arguments make no sense; the sentence says why. Ends with status 2. */
export class UsageError extends Error {
  readonly sentence: Sentence;

  constructor(sentence: Sentence) {
    super(sentence(english));
    this.sentence = sentence;
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/** ['--window', '-600/1500'] -> ['--window=-600/1500']: parseArgs takes a negative number for an option. */
function joinNegativeValues(args: readonly string[], options: Options): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    const takesValue = before?.startsWith('--') === true && options[before.slice(2)]?.type === 'string';
    if (takesValue && /^-[\d.]/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Parses the arguments of a command. @throws UsageError for an unknown option or a missing value */
export function parse<const O extends Options>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: joinNegativeValues(args, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(({ t }) => t('cli:usage.foreign', { message }));
  }
}

/** Exactly one positional argument; `missing` says that there is none. */
export function single([value, more, ..._]: readonly string[], missing: Sentence): string {
  if (value === undefined) throw new UsageError(missing);
  if (more !== undefined) throw new UsageError(({ t }) => t('cli:usage.one-too-many', { value: more }));
  return value;
}

/** One of a list of words. */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new UsageError(({ t }) => t('cli:usage.one-of', { option, allowed: allowed.join(', '), value }));
}

/** A whole number from `minimum` on. */
export function wholeNumber(option: string, value: string, minimum: number): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= minimum) return number;
  throw new UsageError(({ t }) => t('cli:usage.whole-number', { option, minimum, value }));
}

/** For `parse`: which frame of a file that is the one of a command. */
export const FRAME_OPTION = { frame: { type: 'string', default: '0' } } as const;

/** `--frame` of a file. @throws UsageError where the file has no such frame; HifuseError as the file cannot be read */
export async function frameOf(value: string, path: string, { services, signal }: Context): Promise<number> {
  const frame = wholeNumber('frame', value, 0);
  // A file has a first frame, or the decoder says why not.
  if (frame === 0) return frame;
  const { frames } = await services.requests.request('image.header', { path }, { signal });
  if (frame < frames) return frame;
  throw new UsageError(({ t }) => t('cli:usage.frame', { file: path, count: frames, last: frames - 1 }));
}

/** Runs a command of one file: where the file fails, that is told, and is a failure (1), no inability (2). */
export async function onOneFile(context: Context, work: () => Promise<void>): Promise<ExitStatus> {
  try {
    await work();
    return EXIT.ok;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof HifuseError) || error.code === 'file.write-failed') throw error;
    context.say(context.texts.error(toErrorValue(error)));
    return EXIT.failed;
  }
}
