import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Api, CheckpointPreview, CheckpointSummary, Client, ModelSummary } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Geometry } from '../../models/package/manifest.ts';
import { classNamesOf, displayNameOf } from '../../models/package/class-names.ts';
import type { UploadQueue } from './upload-queue.svelte.ts';

type Source = { uploadId: string } | { path: string };
type Busy = 'reading' | 'trying' | 'importing';
type ImportOptions = Api['models.import']['params']['options'];

/** Means and deviations that people train with, by name. */
const NORMALISATIONS = {
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
} as const;
export const NORMALISATION_NAMES = ['half', 'imagenet'] as const satisfies readonly (keyof typeof NORMALISATIONS)[];

/** What the reader fills in. Lists are text: one class per line, the rest separated by commas. */
export interface ImportForm {
  name: string;
  license: string;
  classes: string;
  modalities: string;
  bodyParts: string;
  views: string;
  youngest: string;
  oldest: string;
  geometry: Geometry;
  normalisation: keyof typeof NORMALISATIONS;
  exifOrientation: boolean;
  window: 'file' | 'fixed';
  windowCenter: number;
  windowWidth: number;
  trainingData: string;
  doubleSigmoid: boolean;
}

const EMPTY_FORM: ImportForm = {
  name: '',
  license: '',
  classes: '',
  modalities: '',
  bodyParts: '',
  views: '',
  youngest: '',
  oldest: '',
  geometry: 'shortest-edge-256-center-crop-224',
  normalisation: 'half',
  exifOrientation: false,
  window: 'file',
  windowCenter: 40,
  windowWidth: 400,
  trainingData: '',
  doubleSigmoid: false,
};

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim().toUpperCase())
    .filter(Boolean);
const hasTwice = (items: readonly string[]): boolean => items.some((item, at) => items.indexOf(item) !== at);
const years = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** A name as an id: lower case letters, digits, single dashes. */
export function idOf(name: string): string {
  const id = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  return id || 'model';
}

/** The import of one checkpoint: read it, ask what it cannot tell, make the package. */
export class ModelImport {
  readonly #client: Client;
  readonly #uploads: UploadQueue;
  form = $state<ImportForm>({ ...EMPTY_FORM });
  #source = $state.raw<Source | null>(null);
  #fileName = $state('');
  #summary = $state.raw<CheckpointSummary | null>(null);
  #preview = $state.raw<CheckpointPreview | null>(null);
  #error = $state.raw<ErrorValue | null>(null);
  #busy = $state<Busy | null>(null);

  constructor(client: Client, uploads: UploadQueue) {
    this.#client = client;
    this.#uploads = uploads;
  }

  get fileName(): string {
    return this.#fileName;
  }

  get summary(): CheckpointSummary | null {
    return this.#summary;
  }

  /** What the last preview showed; null before, and for another checkpoint. */
  get preview(): CheckpointPreview | null {
    return this.#preview;
  }

  get error(): ErrorValue | null {
    return this.#error;
  }

  get busy(): Busy | null {
    return this.#busy;
  }

  /** What still keeps the model from being imported, in words; empty if nothing does. */
  missing(texts: Texts): string[] {
    const { form } = this;
    const count = lines(form.classes).length;
    const wanted = this.#summary?.classCount ?? 0;
    const ages = [years(form.youngest), years(form.oldest)];
    return [
      form.name.trim() === '' && texts.t('window:import.missing/name'),
      count !== wanted && texts.t('window:import.missing/classes', { wanted, there: count }),
      hasTwice(lines(form.classes)) && texts.t('window:import.missing/twice'),
      form.license.trim() === '' && texts.t('window:import.missing/license'),
      ages.some((age) => age !== null && !(age >= 0 && age < 150)) && texts.t('window:import.missing/ages'),
      form.window === 'fixed' && !(form.windowWidth >= 1) && texts.t('window:import.missing/window'),
    ].filter((text) => text !== false);
  }

  /** Reads a checkpoint: by its path where the host knows it, else after sending it. */
  async read(file: File): Promise<void> {
    this.#summary = null;
    this.#preview = null;
    this.#fileName = file.name;
    await this.#during('reading', async () => {
      const path = this.#client.pathForFile(file);
      this.#source = path === null ? { uploadId: await this.#uploads.sendCheckpoint(file) } : { path };
      this.#summary = await this.#client.invoke('models.checkpoint', this.#source);
      this.form = { ...EMPTY_FORM, doubleSigmoid: this.#summary.architecture.doubleSigmoid };
    });
  }

  /** Takes the names of a class_indices.json. */
  async readClasses(file: File): Promise<void> {
    await this.#during(null, async () => {
      this.form.classes = classNamesOf(await file.text()).join('\n');
    });
  }

  /** Tries the model, as the form describes it, on an open image or on a folder. */
  async tryOn(subject: { imageId: string; frame: number } | { folder: string }): Promise<void> {
    this.#preview = null;
    await this.#during('trying', async () => {
      if (!this.#source) return;
      const options = this.#options([]);
      this.#preview = await this.#client.invoke('models.preview', { ...this.#source, ...subject, options });
    });
  }

  /** Makes the package; null if that failed (see `error`). */
  async run(takenIds: readonly string[]): Promise<ModelSummary | null> {
    let model: ModelSummary | null = null;
    await this.#during('importing', async () => {
      if (!this.#source) return;
      const options = this.#options(takenIds);
      model = await this.#client.invoke('models.import', { ...this.#source, options });
    });
    return model;
  }

  #options(takenIds: readonly string[]): ImportOptions {
    const { form } = this;
    const { mean, std } = NORMALISATIONS[form.normalisation];
    const ages = { minimum: years(form.youngest), maximum: years(form.oldest) };
    const id = idOf(form.name);
    return {
      id: takenIds.includes(id) ? `${id}-${takenIds.length + 1}` : id,
      name: form.name.trim(),
      version: '1.0.0',
      license: form.license.trim(),
      classes: lines(form.classes).map((name) => ({ name, displayName: displayNameOf(name) })),
      preprocessing: {
        geometry: form.geometry,
        mean,
        std,
        exifOrientation: form.exifOrientation,
        dicomWindow: form.window === 'file' ? 'file' : { center: form.windowCenter, width: form.windowWidth },
      },
      intended: {
        modalities: list(form.modalities),
        bodyParts: list(form.bodyParts),
        views: list(form.views),
        ageYears: ages.minimum === null && ages.maximum === null ? null : ages,
      },
      training: { data: form.trainingData.trim(), metrics: {} },
      doubleSigmoid: form.doubleSigmoid,
      modelCard: '',
    };
  }

  async #during(busy: Busy | null, action: () => Promise<void>): Promise<void> {
    this.#busy = busy;
    this.#error = null;
    try {
      await action();
    } catch (error) {
      this.#error = toErrorValue(error);
    } finally {
      this.#busy = null;
    }
  }
}
