/** Labelled images: a folder per class, or a table that names file and label. The one reader of such data. */
import type { Texts } from '../../models/texts/texts.ts';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { parseCsv, type CsvRow } from '../../models/csv-table.ts';
import { walk } from '../services/walk.ts';
import { UsageError } from './command.ts';

export const PARTS = ['train', 'val', 'test'] as const;
export type Part = (typeof PARTS)[number];

export interface LabelledImage {
  path: string;
  /** For people: below the folder or the table, with '/' between parts. */
  name: string;
  /** As the folder or the table has it; null where no folder stands between. */
  label: string | null;
  /** What must stay together (the patient); null where nothing says. */
  group: string | null;
  part: Part | null;
  /** All columns of the table; empty for folders. */
  columns: CsvRow;
}

/** Column names that are understood, in any case. */
const COLUMNS = {
  file: ['file', 'path', 'filename', 'image'],
  label: ['label', 'class', 'diagnosis'],
  group: ['group', 'patient', 'patient_id', 'patientid', 'subject'],
  part: ['part', 'split', 'set', 'fold'],
} as const;

const PART_NAMES: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
};

/** The table that is read where the data are a folder that holds it. */
const TABLE = 'split.csv';

/** Help of what labelled images can be. */
export const dataHelp = (t: Texts['t']): string => t('help:data', { table: TABLE });

/** 'Viral-pneumonia' and 'viral pneumonia' are one class. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Index of the class that a label names; undefined where the model has none of that name. */
export function labelIndices(classes: readonly { name: string }[]): (label: string) => number | undefined {
  const indices = new Map(classes.map(({ name }, index) => [plainName(name), index]));
  return (label) => indices.get(plainName(label));
}

/**
 * Reads what images there are and what is known of them; opens none.
 *
 * @throws UsageError where the data are empty or the table lacks something; HifuseError `file.*`
 */
export async function readLabelled(data: string, signal: AbortSignal): Promise<LabelledImage[]> {
  const table = await tableOf(data);
  const images = table === null ? await readFolders(data, signal) : await readTable(table);
  if (images.length === 0) throw new UsageError(({ t }) => t('cli:usage.no-file', { data }));
  return images;
}

async function tableOf(data: string): Promise<string | null> {
  if (data.toLowerCase().endsWith('.csv')) return data;
  const inside = path.join(data, TABLE);
  return stat(inside).then(
    () => inside,
    () => null,
  );
}

async function readFolders(folder: string, signal: AbortSignal): Promise<LabelledImage[]> {
  const images: LabelledImage[] = [];
  for await (const { path: file, name } of walk(folder, { recursive: true, signal })) {
    const folders = name.split('/').slice(0, -1);
    const part = PART_NAMES[folders[0]?.toLowerCase() ?? ''] ?? null;
    const label = (part ? folders[1] : folders[0]) ?? null;
    images.push({ path: file, name, label, group: null, part, columns: {} });
  }
  return images;
}

async function readTable(table: string): Promise<LabelledImage[]> {
  const name = path.basename(table);
  const text = await readFile(table, 'utf8').catch(() => {
    throw new HifuseError('file.unreadable', { reason: 'table', file: table });
  });
  let parsed: ReturnType<typeof parseCsv>;
  try {
    parsed = parseCsv(text);
  } catch (error) {
    throw new UsageError(({ t }) => t('cli:usage.no-table', { name, problem: (error as Error).message }));
  }
  const column = (what: keyof typeof COLUMNS): string | undefined =>
    COLUMNS[what].flatMap((alias) => parsed.columns.filter((one) => one.toLowerCase() === alias))[0];
  const [file, label, group, part] = [column('file'), column('label'), column('group'), column('part')];
  if (file === undefined || label === undefined) {
    throw new UsageError(({ t }) => t('cli:usage.columns', { name, columns: parsed.columns.join(', ') }));
  }
  return parsed.rows.map(({ line, row }) => {
    if (!row[file]) throw new UsageError(({ t }) => t('cli:usage.line-file', { name, line }));
    const partName = part === undefined ? '' : row[part]!;
    const known = PART_NAMES[partName.toLowerCase()] ?? null;
    if (partName !== '' && known === null) {
      throw new UsageError(({ t }) =>
        t('cli:usage.line-part', { name, line, part: partName, known: PARTS.join(', ') }),
      );
    }
    return {
      path: path.resolve(path.dirname(table), row[file]),
      name: row[file],
      label: row[label] || null,
      group: (group !== undefined && row[group]) || null,
      part: known,
      columns: row,
    };
  });
}

/** The images of a part where the data have parts, else all. @throws UsageError where the part is empty */
export function partOf(images: readonly LabelledImage[], part: Part, data: string): readonly LabelledImage[] {
  if (images.every((image) => image.part === null)) return images;
  const own = images.filter((image) => image.part === part);
  if (own.length === 0) throw new UsageError(({ t }) => t('cli:usage.no-part', { data, part }));
  return own;
}

/** What the data are called in the package: their folder or table, and the part. */
export function dataName(data: string, [first]: readonly LabelledImage[]): string {
  const name = path.basename(path.resolve(data));
  return first?.part ? `${name}, ${first.part}` : name;
}

/** Images with the index of their class. @throws UsageError for labels that the model does not know */
export function withClasses(images: readonly LabelledImage[], classes: readonly { name: string }[]) {
  const index = labelIndices(classes);
  return images.flatMap(({ path: file, label }) => {
    if (label === null) return [];
    const found = index(label);
    if (found !== undefined) return [{ path: file, label: found }];
    const names = classes.map(({ name }) => name).join(', ');
    throw new UsageError(({ t }) => t('cli:usage.unknown-class', { label, names }));
  });
}
