import type { Texts } from '../../models/texts/texts.ts';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setAside, tornGroups } from '../../models/evaluation/split.ts';
import { architectureOf, VARIANT_NAMES } from '../../models/hifuse/variants.ts';
import { displayNameOf } from '../../models/package/class-names.ts';
import { isId, type ModelClass } from '../../models/package/manifest.ts';
import { CLASS_WEIGHTS, RELEASED, type Recipe } from '../../worker/train/recipe.ts';
import type { TrainRequest, TrainResult } from '../../worker/train/request.ts';
import { patientsOf } from '../services/evaluate.ts';
import {
  EXIT,
  oneOf,
  parse,
  single,
  UsageError,
  wholeNumber,
  type Command,
  type Context,
  type ExitStatus,
} from './command.ts';
import { pattern } from './evaluate.ts';
import { GEOMETRIES, list, triple } from './import.ts';
import { dataHelp, labelIndices, plainName, readLabelled, type LabelledImage } from './labelled.ts';

const OPTIONS = {
  out: { type: 'string' },
  variant: { type: 'string', default: 'nano' },
  irmlp: { type: 'string', default: 'depthwise' },
  init: { type: 'string' },
  freeze: { type: 'string', multiple: true },
  epochs: { type: 'string' },
  batch: { type: 'string' },
  accumulate: { type: 'string' },
  lr: { type: 'string' },
  'weight-decay': { type: 'string' },
  'label-smoothing': { type: 'string' },
  'drop-path': { type: 'string' },
  clip: { type: 'string' },
  ema: { type: 'string' },
  mixup: { type: 'string' },
  cutmix: { type: 'string' },
  'class-weights': { type: 'string' },
  crop: { type: 'string' },
  rotation: { type: 'string' },
  brightness: { type: 'string' },
  contrast: { type: 'string' },
  'no-flip': { type: 'boolean', default: false },
  patience: { type: 'string' },
  'small-data': { type: 'boolean', default: false },
  seed: { type: 'string' },
  'val-share': { type: 'string', default: '0.15' },
  patient: { type: 'string' },
  preprocess: { type: 'string' },
  mean: { type: 'string' },
  std: { type: 'string' },
  name: { type: 'string' },
  version: { type: 'string', default: '1.0.0' },
  license: { type: 'string', default: 'not stated' },
  modality: { type: 'string' },
  'body-part': { type: 'string' },
  view: { type: 'string' },
  device: { type: 'string', default: 'auto' },
  'checkpoint-every': { type: 'string', default: '300' },
  resume: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse<typeof OPTIONS>>['values'];

/** Measured on chest radiographs of children: 4150 images, 17 epochs. */
const SMALL_DATA: Partial<Recipe> = {
  learningRate: 1e-3,
  weightDecay: 0.05,
  epochs: 30,
  labelSmoothing: 0.05,
  classWeights: 'sqrt',
  dropPath: 0.1,
  emaDecay: 0.998,
  clipNorm: 1,
  augmentation: {
    scale: [0.7, 1],
    ratio: [0.85, 1.18],
    flip: 0.5,
    rotation: 10,
    brightness: 0.2,
    contrast: 0.2,
  },
};

/** A number of a range. */
function ranged(option: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  throw new UsageError(({ t }) => t('cli:usage.between', { option, low, high, value: text }));
}

function recipeOf(values: Values): Recipe {
  const base: Recipe = values['small-data'] ? { ...RELEASED, ...SMALL_DATA } : RELEASED;
  const whole = (option: 'epochs' | 'batch' | 'accumulate' | 'patience' | 'seed', least: number) => {
    const text = values[option];
    return text === undefined ? undefined : wholeNumber(option, text, least);
  };
  const { augmentation } = base;
  return {
    epochs: whole('epochs', 1) ?? base.epochs,
    batchSize: whole('batch', 1) ?? base.batchSize,
    accumulation: whole('accumulate', 1) ?? base.accumulation,
    learningRate: ranged('lr', values.lr, 1e-8, 10) ?? base.learningRate,
    weightDecay: ranged('weight-decay', values['weight-decay'], 0, 10) ?? base.weightDecay,
    warmUpEpochs: base.warmUpEpochs,
    endFactor: base.endFactor,
    labelSmoothing: ranged('label-smoothing', values['label-smoothing'], 0, 0.9) ?? base.labelSmoothing,
    classWeights:
      values['class-weights'] === undefined
        ? base.classWeights
        : oneOf('class-weights', values['class-weights'], CLASS_WEIGHTS),
    dropPath: ranged('drop-path', values['drop-path'], 0, 0.9) ?? base.dropPath,
    emaDecay: ranged('ema', values.ema, 0, 0.99999) ?? base.emaDecay,
    clipNorm: ranged('clip', values.clip, 1e-6, 1e6) ?? base.clipNorm,
    mixup: ranged('mixup', values.mixup, 0, 10) ?? base.mixup,
    cutmix: ranged('cutmix', values.cutmix, 0, 10) ?? base.cutmix,
    augmentation: {
      scale: [ranged('crop', values.crop, 0.01, 1) ?? augmentation.scale[0], 1],
      ratio: augmentation.ratio,
      flip: values['no-flip'] ? 0 : augmentation.flip,
      rotation: ranged('rotation', values.rotation, 0, 180) ?? augmentation.rotation,
      brightness: ranged('brightness', values.brightness, 0, 1) ?? augmentation.brightness,
      contrast: ranged('contrast', values.contrast, 0, 1) ?? augmentation.contrast,
    },
    patience: whole('patience', 1) ?? base.patience,
    seed: whole('seed', 0) ?? base.seed,
  };
}

/** Classes in the order of their names, as PyTorch's folder readers have them. */
function classesOf(images: readonly { label: string }[]): ModelClass[] {
  const names = new Map<string, string>();
  for (const { label } of images) if (!names.has(plainName(label))) names.set(plainName(label), label);
  return [...names.values()].sort().map((name) => ({ name, displayName: displayNameOf(name) }));
}

type Known = LabelledImage & { label: string };

interface Divided {
  path: string;
  label: number;
  group: string;
  part: 'train' | 'val' | 'test';
}

/** Gives every image its class, its patient and its part. */
async function divide(images: readonly Known[], classes: ModelClass[], values: Values, seed: number, context: Context) {
  const { services, signal } = context;
  const index = labelIndices(classes);
  const patients = await patientsOf(images, pattern('patient', values.patient), services.requests, signal);
  if (patients.includes(null)) context.say(context.texts.t('cli:patients-unknown'));
  const known = images.map((image, i): Omit<Divided, 'part'> & { part: LabelledImage['part'] } => ({
    path: image.path,
    label: index(image.label)!,
    group: patients[i] ?? `image:${image.name}`,
    part: image.part,
  }));
  const parted = known.map((image): Divided => ({ ...image, part: image.part ?? 'train' }));
  if (parted.some(({ part }) => part === 'val')) return parted;
  const train = parted.filter(({ part }) => part === 'train');
  const aside = setAside(train, ranged('val-share', values['val-share'], 0.01, 0.5)!, seed);
  const val = new Set(train.filter((_, i) => aside[i]));
  return parted.map((image): Divided => (val.has(image) ? { ...image, part: 'val' } : image));
}

/** Tells of patients and pictures that are in two parts; returns the images that can be read. */
async function withoutLeaks(
  images: readonly Divided[],
  preprocessing: TrainRequest['preprocessing'],
  { services, signal, say, status, texts: { t } }: Context,
): Promise<Divided[]> {
  const torn = tornGroups(images);
  if (torn.length > 0) {
    say(t('cli:train.torn', { count: torn.length }));
  }
  const { unreadable, lookalikes } = await services.requests.request(
    'train.check',
    { images: images.map(({ path: file, part }) => ({ path: file, part })), preprocessing },
    {
      signal,
      onProgress: ({ done, total, text }) => {
        status?.(t('cli:train.checking', { text: text ?? '', done, total }));
      },
    },
  );
  status?.('');
  if (unreadable.length > 0) say(t('cli:unreadable-left-out', { count: unreadable.length }));
  const [first] = lookalikes;
  if (first) {
    say(t('cli:train.lookalikes', { count: lookalikes.length, a: first.a, b: first.b }));
  }
  const lost = new Set(unreadable);
  return images.filter(({ path: file }) => !lost.has(file));
}

function describe({ best, history, backend, run, directory }: TrainResult, texts: Texts): string[] {
  const { t } = texts;
  return [
    t('cli:train.done', {
      count: history.length,
      backend: backend === 'wasm' ? 'WebAssembly' : 'TensorFlow',
      epoch: best.epoch,
      accuracy: texts.fixed(best.valAccuracy, 3),
      balanced: texts.fixed(best.valBalancedAccuracy, 3),
      f1: texts.fixed(best.valMacroF1, 3),
    }),
    t('cli:train.wrote', { folder: directory, run }),
    t('cli:train.not-calibrated'),
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const data = single(positionals, ({ t }) => t('cli:usage.data-missing'));
  if (values.out === undefined) throw new UsageError(({ t }) => t('cli:usage.package-missing'));
  const out = path.resolve(values.out);
  const id = path.basename(out);
  if (!isId(id)) throw new UsageError(({ t }) => t('cli:usage.id'));
  const recipe = recipeOf(values);
  const variant = oneOf('variant', values.variant, VARIANT_NAMES);
  const irmlp = oneOf('irmlp', values.irmlp, ['depthwise', 'dense']);
  const device = oneOf('device', values.device, ['auto', 'cpu', 'cuda']);
  const { services, signal, say, status } = context;

  const labelled = await readLabelled(data, signal);
  const known = labelled.filter((image): image is Known => image.label !== null);
  const classes = classesOf(known);
  if (classes.length < 2) throw new UsageError(({ t }) => t('cli:usage.two-classes'));
  const preprocessing: TrainRequest['preprocessing'] = {
    geometry: values.preprocess === undefined ? GEOMETRIES[0] : oneOf('preprocess', values.preprocess, GEOMETRIES),
    mean: triple('mean', values.mean) ?? [0.5, 0.5, 0.5],
    std: triple('std', values.std) ?? [0.5, 0.5, 0.5],
    exifOrientation: false,
    dicomWindow: 'file',
  };
  const divided = await divide(known, classes, values, recipe.seed, context);
  const images = await withoutLeaks(divided, preprocessing, context);
  const part = (name: Divided['part']) => images.flatMap(({ part: of, ...image }) => (of === name ? [image] : []));
  const [train, val] = [part('train'), part('val')];
  if (train.length === 0 || val.length === 0) throw new UsageError(({ t }) => t('cli:usage.parts-empty'));
  say(
    context.texts.t('cli:train.images', {
      classes: classes.map(({ name }) => name).join(', '),
      train: train.length,
      val: val.length,
    }),
  );

  let lastEpoch = '';
  const result = await services.requests.request(
    'train.run',
    {
      out,
      architecture: architectureOf(variant, irmlp),
      classes,
      preprocessing,
      recipe,
      train,
      val,
      init: values.init === undefined ? null : path.resolve(values.init),
      freeze: values.freeze ?? [],
      device,
      resume: values.resume,
      session: randomUUID(),
      checkpointSeconds: wholeNumber('checkpoint-every', values['checkpoint-every'], 1),
      description: {
        id,
        name: values.name ?? id,
        version: values.version,
        license: values.license,
        intended: {
          modalities: list(values.modality) ?? [],
          bodyParts: list(values['body-part']) ?? [],
          views: list(values.view) ?? [],
          ageYears: null,
        },
        data: `${train.length} images of ${new Set(train.map(({ group }) => group)).size} patients; chosen on ${val.length} others`,
      },
    },
    {
      signal,
      onProgress: ({ text }) => {
        if (text.startsWith('Epoch') && text !== lastEpoch) {
          status?.('');
          say(text);
          lastEpoch = text;
        } else status?.(text);
      },
    },
  );
  status?.('');
  for (const line of describe(result, context.texts)) say(line);
  return EXIT.ok;
}

export const train: Command = {
  name: 'train',
  summary: ({ t }) => t('help:train.summary'),
  help: ({ t }) =>
    t('help:train', {
      data: dataHelp(t),
      geometries: GEOMETRIES.join(', '),
      variants: VARIANT_NAMES.join(', '),
      epochs: RELEASED.epochs,
      batch: RELEASED.batchSize,
      rate: RELEASED.learningRate,
      decay: RELEASED.weightDecay,
      weights: CLASS_WEIGHTS.join(', '),
      crop: RELEASED.augmentation.scale[0],
      seed: RELEASED.seed,
    }),
  run,
};
