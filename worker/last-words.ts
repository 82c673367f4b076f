/**
 * What a process that cannot go on may write: the kind of error and where it happened. Its message is left out, since
 * it could name a patient's file.
 */
export function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...places].join('\n');
}

/** Ends the process with its last words on stderr, whatever goes wrong unforeseen. */
export function dieWithoutPatientData(): void {
  const die = (error: unknown): never => {
    console.error(lastWords(error));
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
