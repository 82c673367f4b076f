import type { Texts } from '../../models/texts/texts.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { ModelInfo } from '../../worker/protocol.ts';
import { evaluatedModel, evaluation, type Evaluation } from '../results/evaluation.ts';
import { evaluationHtml } from '../results/evaluation-html.ts';
import { errorEntry } from '../results/row.ts';
import { answersOf, dataHash, patientsOf, type EvaluationImage } from '../services/evaluate.ts';
import { EXIT, parse, UsageError, type Command, type Context, type ExitStatus } from './command.ts';
import { dataHelp, labelIndices, PARTS, readLabelled, type LabelledImage, type Part } from './labelled.ts';
import { deviceHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { fileOutput } from './output.ts';
import { createProgress } from './progress.ts';

const OPTIONS = {
  engine: MODEL_OPTIONS.engine,
  device: MODEL_OPTIONS.device,
  part: { type: 'string' },
  by: { type: 'string' },
  against: { type: 'string' },
  patient: { type: 'string' },
  out: { type: 'string' },
  html: { type: 'string' },
} as const;

type Image = EvaluationImage & Pick<LabelledImage, 'columns'>;

/** @throws UsageError where the text is no regular expression */
export function pattern(option: string, text: string | undefined): RegExp | null {
  try {
    return text === undefined ? null : new RegExp(text, 'u');
  } catch {
    throw new UsageError(({ t }) => t('cli:usage.no-regex', { option, value: text ?? '' }));
  }
}

function choosePart(images: readonly LabelledImage[], wanted: string | undefined): Part | null {
  if (wanted === 'all') return null;
  if (wanted === undefined) return images.some(({ part }) => part === 'test') ? 'test' : null;
  if (!(PARTS as readonly string[]).includes(wanted)) {
    throw new UsageError(({ t }) =>
      t('cli:usage.one-of', { option: 'part', allowed: [...PARTS, 'all'].join(', '), value: wanted }),
    );
  }
  return wanted as Part;
}

/** The images of one part with their classes. @throws UsageError for labels that the model does not know */
function chosen(images: readonly LabelledImage[], part: Part | null, classes: Manifest['classes']) {
  const some = images.filter((image) => image.label !== null && (part === null || image.part === part));
  if (some.length === 0) throw new UsageError(({ t }) => t('cli:usage.part-empty'));
  const index = labelIndices(classes);
  const strange = [...new Set(some.flatMap(({ label }) => (index(label!) === undefined ? [label!] : [])))];
  if (strange.length > 0) {
    const names = classes.map(({ name }) => name).join(', ');
    throw new UsageError(({ t }) => t('cli:usage.unknown-class', { label: strange.join('", "'), names }));
  }
  return some.map((image) => ({ ...image, label: index(image.label!)! }));
}

async function load(model: string, values: { engine: string; device: string }, { services, signal }: Context) {
  const selection = await selectModel(services, { ...values, model });
  return { selection, info: await services.requests.request('model.load', selection, { signal }) };
}

function sameClasses(a: ModelInfo, b: ModelInfo): void {
  const names = ({ manifest }: ModelInfo) => manifest.classes.map(({ name }) => name).join(', ');
  if (names(a) === names(b)) return;
  throw new UsageError(({ t }) => t('cli:usage.other-classes', { a: names(a), b: names(b) }));
}

const isPage = (file: string): boolean => /\.html?$/i.test(file);

async function writeAll(file: string, text: string, context: Context): Promise<void> {
  const output = await fileOutput(file, context);
  await output.write(text);
  await output.finish();
}

function summary({ n, accuracy, balancedAccuracy, macroF1, intervals, against }: Evaluation, texts: Texts): string {
  const three = (value: number): string => texts.fixed(value, 3);
  const interval = intervals.balancedAccuracy;
  const measured = texts.t('cli:evaluate.measured', {
    count: n,
    accuracy: three(accuracy),
    balanced: three(balancedAccuracy),
    f1: three(macroF1),
  });
  return [
    measured,
    ...(interval ? [texts.t('cli:evaluate.interval', { low: three(interval.low), high: three(interval.high) })] : []),
    ...(against
      ? [
          texts.t('cli:evaluate.against', {
            difference: three(against.differences.balancedAccuracy.value),
            model: against.model.id,
            p: texts.fixed(against.mcnemar.p, 4),
          }),
        ]
      : []),
  ].join(' ');
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const [model, data, ...more] = positionals;
  if (model === undefined || data === undefined || more.length > 0)
    throw new UsageError(({ t }) => t('cli:usage.model-and-data-missing'));
  const { services, signal } = context;
  const { requests } = services;
  const patientPattern = pattern('patient', values.patient);

  const first = await load(model, values, context);
  const labelled = await readLabelled(data, signal);
  const part = choosePart(labelled, values.part);
  const some = chosen(labelled, part, first.info.manifest.classes);
  const { by } = values;
  if (by !== undefined && !some.every(({ columns }) => Object.hasOwn(columns, by))) {
    throw new UsageError(({ t }) => t('cli:usage.no-column', { column: by }));
  }
  const patients = await patientsOf(some, patientPattern, requests, signal);
  const images = some.map((image, i): Image => ({ ...image, group: patients[i] ?? `image ${i}` }));
  if (patients.includes(null)) context.say(context.texts.t('cli:patients-unknown'));

  const progress = createProgress(context, { lines: true, skipped: false });
  const ask = (which: typeof first, about: readonly Image[]) =>
    answersOf(requests, which.selection, about, {
      batchSize: which.info.preferredBatch,
      signal,
      onImage: ({ name }, error) => {
        progress.count({ status: error ? 'failed' : 'ok', file: name, frame: 0, error: error && errorEntry(error) });
      },
    });
  let { answered, failed } = await ask(first, images);
  let against: { model: ModelInfo; cases: (typeof answered)[number]['case'][] } | undefined;
  if (values.against !== undefined) {
    const second = await load(values.against, values, context);
    sameClasses(first.info, second.info);
    const other = await ask(
      second,
      answered.map(({ image }) => image),
    );
    const lost = new Set(other.failed.map(({ image }) => image));
    answered = answered.filter(({ image }) => !lost.has(image));
    failed = [...failed, ...other.failed];
    against = { model: second.info, cases: other.answered.map((one) => one.case) };
  }
  progress.finish();
  if (answered.length === 0) {
    context.say(
      context.texts.t('cli:evaluate.none', { problem: failed[0] ? context.texts.error(failed[0].error) : '' }),
    );
    return EXIT.unable;
  }

  const measured = answered.map(({ image }) => image);
  const result = evaluation({
    model: evaluatedModel(first.info),
    classNames: first.info.manifest.classes.map(({ name }) => name),
    cases: answered.map((one) => one.case),
    data: { files: measured.length, sha256: await dataHash(measured), part },
    failed: failed.map(({ image, error }) => ({ file: image.name, error })),
    ...(by !== undefined && { groups: { column: by, values: measured.map(({ columns }) => columns[by]!) } }),
    ...(against && { against: { ...against, model: evaluatedModel(against.model) } }),
  });
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (values.out === undefined) await context.write(json);
  else await writeAll(values.out, isPage(values.out) ? evaluationHtml(result) : json, context);
  if (values.html !== undefined) await writeAll(values.html, evaluationHtml(result), context);
  context.say(summary(result, context.texts));
  return failed.length > 0 ? EXIT.failed : EXIT.ok;
}

export const evaluate: Command = {
  name: 'evaluate',
  summary: ({ t }) => t('help:evaluate.summary'),
  help: ({ t }) => t('help:evaluate', { device: deviceHelp(t), data: dataHelp(t), parts: PARTS.join(', ') }),
  run,
};
