import type { ImageEntry, SeriesEntry, StudiesUpdate, StudyEntry } from '../../main/ipc/contract.ts';
import { addSlices, type Slice } from '../../models/imaging/slice-order.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { namelessTitle, seriesSubtitle, seriesTitle, unreadableTitle, type SeriesTitles } from './series-titles.ts';

/** Series for files that belong to none: they could not be read. */
export const UNREADABLE_SERIES = 'unreadable';

/** Images of one series, in order: slices by position along their normal where known, otherwise by number or name. */
export interface Series extends SeriesTitles {
  id: string;
  /** Null for files that belong to none. */
  studyId: string | null;
  modality: string;
  imageIds: readonly string[];
}

/** A study with its series, both in the order of their first image. */
export interface Study extends StudyEntry {
  series: readonly Series[];
}

type ImageSlice = Slice & { id: string };

interface SeriesNode {
  entry: SeriesEntry;
  study: StudyEntry;
  /** Place of its first image in the order of opening. */
  order: number;
  slices: ImageSlice[];
  /** Not sorted in yet, by id. */
  added: Map<string, ImageSlice>;
  /** Ids of slices that are not taken out yet. */
  gone: Set<string>;
  /** What readers see of it; null: to be made. */
  view: Series | null;
}

/** All that main said of the open files, as it stands: every update costs what it changes. */
export class StudyContents {
  readonly #texts: Texts;
  readonly images = new Map<string, ImageEntry>();
  readonly studies = new Map<string, StudyEntry>();
  /** What is known of series, also of those without images. */
  readonly entries = new Map<string, SeriesEntry>();
  readonly series = new Map<string, SeriesNode>();
  /** Images without a series. */
  readonly loose = new Map<string, ImageEntry>();
  looseView: Series | null = null;
  pending = 0;
  skipped = 0;

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  /** The cost is that of the update; sorting waits until somebody looks. */
  apply(update: StudiesUpdate): void {
    for (const study of update.studies) this.studies.set(study.id, study);
    for (const series of update.series) this.entries.set(series.id, series);
    for (const id of update.closed) this.#remove(id);
    for (const image of update.images) this.#put(image);
    this.pending = update.pending;
    this.skipped = update.skipped;
  }

  #put(image: ImageEntry): void {
    const before = this.images.get(image.id);
    // What was said of an image that is in its series already changes no order.
    if (before && (before.seriesId !== image.seriesId || !image.header)) this.#remove(image.id);
    this.images.set(image.id, image);
    if (image.seriesId === null || !image.header) {
      this.loose.set(image.id, image);
      this.looseView = null;
      return;
    }
    const node = this.#node(image.seriesId, image.order);
    if (before?.seriesId === image.seriesId) return;
    const { instanceNumber, plane } = image.header;
    node.added.set(image.id, { id: image.id, path: image.name, instanceNumber, plane });
    node.order = Math.min(node.order, image.order);
    node.view = null;
  }

  #node(id: string, order: number): SeriesNode {
    const known = this.series.get(id);
    if (known) return known;
    const entry = this.entries.get(id)!;
    const study = this.studies.get(entry.studyId)!;
    const node: SeriesNode = { entry, study, order, slices: [], added: new Map(), gone: new Set(), view: null };
    this.series.set(id, node);
    return node;
  }

  #remove(id: string): void {
    const image = this.images.get(id);
    if (!image) return;
    this.images.delete(id);
    if (this.loose.delete(id)) this.looseView = null;
    const node = image.seriesId === null ? undefined : this.series.get(image.seriesId);
    if (!node) return;
    node.view = null;
    if (!node.added.delete(id)) node.gone.add(id);
  }

  /** The series as readers see them; one that did not change is the same object as before. */
  view(): { studies: Study[]; series: Series[] } {
    for (const node of this.series.values()) if (!node.view) this.#look(node);
    const nodes = [...this.series.values()].sort((a, b) => a.order - b.order);
    const byStudy = new Map<string, Series[]>();
    for (const { study, view } of nodes) {
      const list = byStudy.get(study.id);
      if (list) list.push(view!);
      else byStudy.set(study.id, [view!]);
    }
    const studies = [...byStudy].map(([id, series]): Study => ({ ...this.studies.get(id)!, series }));
    const series = studies.flatMap((study) => study.series);
    if (this.loose.size > 0) series.push((this.looseView ??= this.#lookAtLoose()));
    return { studies, series };
  }

  #look(node: SeriesNode): void {
    const kept = node.gone.size === 0 ? node.slices : node.slices.filter(({ id }) => !node.gone.has(id));
    node.slices = addSlices(kept, [...node.added.values()]);
    node.gone.clear();
    node.added.clear();
    if (node.slices.length === 0) {
      this.series.delete(node.entry.id);
      return;
    }
    const { entry, study, slices } = node;
    node.view = {
      id: entry.id,
      studyId: study.id,
      title: seriesTitle(entry, this.#texts),
      namelessTitle: namelessTitle(entry, this.#texts),
      subtitle: seriesSubtitle(entry, study, slices.length, this.#texts),
      modality: entry.modality,
      imageIds: slices.map(({ id }) => id),
    };
  }

  #lookAtLoose(): Series {
    const images = [...this.loose.values()].sort((a, b) => a.order - b.order);
    return {
      id: UNREADABLE_SERIES,
      studyId: null,
      ...unreadableTitle(images, this.#texts),
      modality: '',
      imageIds: images.map(({ id }) => id),
    };
  }
}
