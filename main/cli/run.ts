import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { HifuseError } from '../../models/errors.ts';
import { NOTICE, software } from '../about.ts';
import { EXIT, UsageError, type Command, type Context, type ExitStatus, type Services } from './command.ts';
import { COMMANDS } from './commands.ts';

/** What a run needs of its surroundings. */
export interface Surroundings {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
  signal: AbortSignal;
  /** Called when a command needs them. */
  openServices(): Services;
}

/** Nobody reads the results any more. */
class ReaderGone extends Error {}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    `${software}. ${NOTICE}`,
    '',
    'Usage: hifuse COMMAND ...',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'hifuse COMMAND --help tells the options of a command; hifuse --version the version.',
    '',
  ].join('\n');
}

function createContext({ stdout, stderr, signal, openServices }: Surroundings): Context {
  let services: Services | null = null;
  let statusLength = 0;
  // A reader that closed the pipe (| head) has what it wanted: `write` stops the command then.
  stdout.on('error', () => undefined);
  return {
    get services() {
      return (services ??= openServices());
    },
    write: async (text) => {
      if (!stdout.destroyed && stdout.write(text)) return;
      if (!stdout.destroyed) await once(stdout, 'drain').catch(() => undefined);
      if (stdout.destroyed) throw new ReaderGone();
    },
    say: (line) => {
      stderr.write(`${line}\n`);
    },
    status: stderr.isTTY
      ? (line) => {
          stderr.write(`\r${line.padEnd(statusLength)}${line === '' ? '\r' : ''}`);
          statusLength = line.length;
        }
      : null,
    signal,
  };
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return command;
  throw new UsageError(`There is no command "${name}". Known: ${COMMANDS.map((one) => one.name).join(', ')}.`);
}

/** Runs one command line (without the program's own name). Never throws. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitStatus> {
  const context = createContext(surroundings);
  const [name, ...args] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      await context.write(overview());
      return name === undefined ? EXIT.unable : EXIT.ok;
    }
    if (name === '--version') {
      await context.write(`${software}\n`);
      return EXIT.ok;
    }
    const command = findCommand(name);
    if (args.includes('--help') || args.includes('-h')) {
      await context.write(`${command.help}\n`);
      return EXIT.ok;
    }
    return await command.run(args, context);
  } catch (error) {
    context.status?.('');
    if (surroundings.signal.aborted) {
      context.say('Interrupted.');
      return EXIT.interrupted;
    }
    if (error instanceof ReaderGone) return EXIT.interrupted;
    if (error instanceof UsageError) {
      context.say(`${error.message}\nSee: hifuse ${name !== undefined && isCommand(name) ? `${name} ` : ''}--help`);
    } else {
      context.say(error instanceof HifuseError ? error.message : `Something unexpected went wrong: ${String(error)}`);
    }
    return EXIT.unable;
  }
}

const isCommand = (name: string): boolean => COMMANDS.some((one) => one.name === name);
