import type { Writable } from 'node:stream';
import { LANGUAGES, type Language } from '../../models/texts/languages.ts';
import { loadTexts } from '../../models/texts/load.ts';
import { english, type Texts } from '../../models/texts/texts.ts';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { NOTICE, software } from '../about.ts';
import { forTerminal } from '../terminal.ts';
import {
  EXIT,
  oneOf,
  UsageError,
  type Command,
  type Context,
  type ExitStatus,
  type CommandServices,
} from './command.ts';
import { COMMANDS } from './commands.ts';

/** What a run needs of its surroundings. */
export interface Surroundings {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
  signal: AbortSignal;
  /** The language of the settings. */
  language(): Language;
  /** Called when a command needs them. */
  openServices(): CommandServices;
}

/** Nobody reads the results any more (`| head`). */
class ReaderGone extends Error {}

/** A pipe whose other end was closed, as the systems call it. */
const READER_GONE = new Set(['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

function outputError(error: NodeJS.ErrnoException): Error {
  const code = error.code ?? '';
  if (READER_GONE.has(code)) return new ReaderGone();
  return new HifuseError('file.write-failed', { reason: 'output', problem: code || error.message });
}

function overview(texts: Texts): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const commands = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary(texts)}`).join('\n');
  const help = texts.t('help:overview', { commands, languages: LANGUAGES.join(', ') });
  return `${software}. ${NOTICE}\n\n${help}\n`;
}

/** Takes `--lang CODE` out of a command line, wherever it stands. @throws UsageError for a language that is not there */
function takeLanguage(argv: readonly string[]): { language: Language | null; rest: string[] } {
  const at = argv.findIndex((one) => one === '--lang' || one.startsWith('--lang='));
  if (at === -1) return { language: null, rest: [...argv] };
  const joined = argv[at]!.startsWith('--lang=');
  const value = joined ? argv[at]!.slice('--lang='.length) : (argv[at + 1] ?? '');
  return { language: oneOf('lang', value, LANGUAGES), rest: argv.toSpliced(at, joined ? 1 : 2) };
}

function createContext({ stdout, stderr, signal, openServices }: Surroundings): Context {
  let services: CommandServices | null = null;
  let statusLength = 0;
  // `write` tells of what went wrong with stdout. Nobody can be told of what goes wrong with stderr.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  let failure: Error | null = null;
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      // A stream that failed may never call back again.
      if (failure) {
        reject(failure);
        return;
      }
      stdout.write(text, (error) => {
        failure = error ? outputError(error) : null;
        if (failure) reject(failure);
        else resolve();
      });
    });
  const say = (line: string): void => {
    stderr.write(`${forTerminal(line)}\n`);
  };
  const context: Context = {
    get services() {
      if (services === null) {
        services = openServices();
        for (const notice of services.notices) say(context.texts.warning(notice));
      }
      return services;
    },
    write,
    print: (line) => write(`${forTerminal(line)}\n`),
    texts: english,
    say,
    status: stderr.isTTY
      ? (line) => {
          const safe = forTerminal(line);
          stderr.write(`\r${safe.padEnd(statusLength)}${safe === '' ? '\r' : ''}`);
          statusLength = safe.length;
        }
      : null,
    signal,
  };
  return context;
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return command;
  const known = COMMANDS.map((one) => one.name).join(', ');
  throw new UsageError(({ t }) => t('cli:usage.unknown-command', { name, known }));
}

/** Runs one command line (without the program's own name). Never throws. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitStatus> {
  const context = createContext(surroundings);
  let name: string | undefined;
  try {
    const { language, rest } = takeLanguage(argv);
    context.texts = await loadTexts(language ?? surroundings.language());
    const [first, ...args] = rest;
    name = first;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      await context.write(overview(context.texts));
      return name === undefined ? EXIT.unable : EXIT.ok;
    }
    if (name === '--version') {
      await context.write(`${software}\n`);
      return EXIT.ok;
    }
    const command = findCommand(name);
    if (args.includes('--help') || args.includes('-h')) {
      await context.write(`${command.help(context.texts)}\n`);
      return EXIT.ok;
    }
    return await command.run(args, context);
  } catch (error) {
    context.status?.('');
    if (surroundings.signal.aborted) {
      context.say(context.texts.t('cli:interrupted'));
      return EXIT.interrupted;
    }
    if (error instanceof ReaderGone) {
      context.say(context.texts.t('cli:reader-gone'));
      return EXIT.interrupted;
    }
    if (error instanceof UsageError) {
      const { t } = context.texts;
      context.say(error.sentence(context.texts));
      context.say(name !== undefined && isCommand(name) ? t('cli:usage', { command: name }) : t('cli:usage.overview'));
    } else {
      context.say(context.texts.error(toErrorValue(error)));
    }
    return EXIT.unable;
  }
}

const isCommand = (name: string): boolean => COMMANDS.some((one) => one.name === name);
