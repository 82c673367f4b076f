import path from 'node:path';
import { UNCHANGED } from '../../models/imaging/presentation.ts';
import { classifyOne } from '../services/classify.ts';
import { ASSESSMENTS, type Review } from '../../models/review.ts';
import { SINGLE_TEMPLATES } from '../report/content.ts';
import { PAPER_NAMES } from '../report/paper.ts';
import { createReport } from '../services/reports.ts';
import {
  FRAME_OPTION,
  frameOf,
  oneOf,
  onOneFile,
  parse,
  single,
  UsageError,
  type Command,
  type Context,
  type ExitStatus,
} from './command.ts';
import { modelHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { fingerprint, signingKey } from '../services/signing-key.ts';
import { writeAll } from './output.ts';

const OPTIONS = {
  ...MODEL_OPTIONS,
  ...FRAME_OPTION,
  out: { type: 'string' },
  anonymous: { type: 'boolean', default: false },
  template: { type: 'string', default: 'page' },
  paper: { type: 'string', default: 'a4' },
  impression: { type: 'string', default: '' },
  assessment: { type: 'string' },
  reader: { type: 'string', default: '' },
  sign: { type: 'boolean', default: false },
  'show-anyway': { type: 'boolean', default: false },
  class: { type: 'string' },
} as const;

const OVERLAY_OPACITY = 0.6;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const file = single(positionals, ({ t }) => t('cli:usage.image-missing'));
  const { out } = values;
  if (out === undefined || path.extname(out).toLowerCase() !== '.pdf') {
    throw new UsageError(({ t }) => t('cli:usage.pdf-missing'));
  }
  const { services, signal } = context;
  const model = await selectModel(services, values);
  const info = await services.requests.request('model.load', model, { signal });
  const names = info.manifest.classes.map(({ name }) => name);
  const { class: name } = values;
  const classIndex = name === undefined ? null : names.indexOf(oneOf('class', name, names));

  const template = oneOf('template', values.template, SINGLE_TEMPLATES);
  const paper = oneOf('paper', values.paper, PAPER_NAMES);
  const { impression, reader, assessment } = values;
  if (values.sign && reader.trim() === '') throw new UsageError(({ t }) => t('cli:usage.reader-missing'));
  const review: Review = {
    assessment: assessment === undefined ? null : oneOf('assessment', assessment, ASSESSMENTS),
    impression,
    reader,
    signed: values.sign,
  };

  return onOneFile(context, async () => {
    const source = { path: file, frame: await frameOf(values.frame, file, context) };
    const pdf = await createReport(services.requests, {
      prediction: await classifyOne(services.requests, source, model, signal),
      manifest: info.manifest,
      name: path.basename(file),
      names: !values.anonymous,
      model,
      review,
      drawnOn: null,
      template,
      paper,
      texts: context.texts,
      classIndex,
      presentation: UNCHANGED,
      overlayOpacity: OVERLAY_OPACITY,
      shownAnyway: values['show-anyway'],
      createdAt: new Date(),
      signal,
    });
    const key = values.sign ? signingKey(services.dataDirectory) : null;
    const beside = key && [
      { file: `${out}.sig`, bytes: key.sign(pdf) },
      { file: `${out}.pub.pem`, bytes: Buffer.from(key.publicKey) },
    ];
    await writeAll([{ file: out, bytes: pdf }, ...(beside ?? [])], context);
    context.say(context.texts.t('cli:wrote', { file: out }));
    if (key) {
      context.say(context.texts.t('cli:signed-by', { fingerprint: fingerprint(key.publicKey), file: `${out}.sig` }));
    }
  });
}

export const report: Command = {
  name: 'report',
  summary: ({ t }) => t('help:report.summary'),
  help: ({ t }) => t('help:report', { model: modelHelp(t) }),
  run,
};
