/** `hifuse batch` with a stand-in for the inference process: for tests that kill it. Arguments as of the command. */
import { toErrorValue } from '../../models/errors.ts';
import { english } from '../../models/texts/texts.ts';
import { batch } from '../cli/batch.ts';
import { commandServices } from './command-services.ts';
import { standIn } from './stand-in.ts';

const requests = standIn({ delay: Number(process.env['STAND_IN_DELAY'] ?? 0) });

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

try {
  process.exitCode = await batch.run(process.argv.slice(2), {
    services: commandServices(requests),
    write: () => Promise.resolve(),
    print: () => Promise.resolve(),
    texts: english,
    say,
    status: null,
    signal: new AbortController().signal,
  });
} catch (error) {
  say(english.error(toErrorValue(error)));
  process.exitCode = 2;
}
