import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { readResult } from '../report/read-result.ts';
import { classifyOne } from '../services/classify.ts';
import { fingerprint, isSignedBy, ownPublicKey } from '../services/signing-key.ts';
import { compare, type Check } from '../services/verify-report.ts';
import { toJson } from '../terminal.ts';
import { EXIT, parse, single, type Command, type Context, type ExitStatus } from './command.ts';
import { modelHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';

const OPTIONS = {
  ...MODEL_OPTIONS,
  source: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const SIGNATURES = {
  holds: 'cli:verify-report.ok',
  broken: 'cli:verify-report.signature-broken',
  unsigned: 'cli:verify-report.signature-unsigned',
  'no-key': 'cli:verify-report.signature-no-key',
} as const;
type Signature = keyof typeof SIGNATURES;

const read = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    const problem = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new HifuseError('report.not-read', { file: path.basename(file), problem });
  });

/** What the file beside the report says of its bytes. */
async function signatureOf(file: string, pdf: Uint8Array, key: string | null): Promise<Signature> {
  const signature = await readFile(`${file}.sig`).catch(() => null);
  if (signature === null) return 'unsigned';
  if (key === null) return 'no-key';
  return isSignedBy(key, pdf, signature) ? 'holds' : 'broken';
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { services, signal, texts } = context;
  const { t } = texts;
  const { values, positionals } = parse(args, OPTIONS);
  const file = single(positionals, ({ t }) => t('cli:usage.report-missing'));
  const pdf = await read(file);
  const key = values.key === undefined ? ownPublicKey(services.dataDirectory) : (await read(values.key)).toString();
  const signature = await signatureOf(file, pdf, key);
  const report = readResult(pdf, path.basename(file));

  let checks: Check[] = [];
  if (values.source !== undefined) {
    const model = await selectModel(services, { ...values, model: values.model ?? report.model.id });
    const source = { path: values.source, frame: report.result.frame };
    checks = compare(report, await classifyOne(services.requests, source, model, signal));
  }
  const ok = signature !== 'broken' && checks.every(({ holds }) => holds);
  if (values.json) {
    await context.write(`${toJson({ schema: 1, file: path.basename(file), ok, signature, checks }, 2)}\n`);
    return ok ? EXIT.ok : EXIT.failed;
  }
  await context.print(
    signature === 'holds' && key !== null
      ? t('cli:verify-report.signature-holds', { fingerprint: fingerprint(key) })
      : t(SIGNATURES[signature]),
  );
  for (const { what, name, reported, now, tolerance, holds } of checks) {
    const subject =
      name === ''
        ? t(`cli:verify-report.${what}`)
        : t(`cli:verify-report.of`, { what: t(`cli:verify-report.${what}`), name });
    const values = { subject, reported: String(reported), now: String(now), tolerance: String(tolerance ?? 0) };
    await context.print(t(holds ? 'cli:verify-report.holds' : 'cli:verify-report.differs', values));
  }
  await context.print(t(ok ? 'cli:verify-report.ok' : 'cli:verify-report.failed'));
  return ok ? EXIT.ok : EXIT.failed;
}

export const verifyReport: Command = {
  name: 'verify-report',
  summary: ({ t }) => t('help:verify-report.summary'),
  help: ({ t }) => t('help:verify-report', { model: modelHelp(t) }),
  run,
};
