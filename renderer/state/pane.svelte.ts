import { isWithheld } from '../../models/doubt/verdict.ts';
import type { ImageEntry, Prediction, Voi } from '../../main/ipc/contract.ts';
import { HifuseError, toErrorValue, type ErrorCode } from '../../models/errors.ts';
import { defaultVoi, windowOf } from '../../models/imaging/voi.ts';
import { Cine } from './cine.svelte.ts';
import { Display } from './display.svelte.ts';
import type { FrameCache } from './frame-cache.ts';
import { frameKey } from './frame-key.ts';
import type { FramePredictions, PredictionState } from './frame-predictions.svelte.ts';
import { subjectOf as drawnSubjectOf, type Subject } from './measurements.svelte.ts';
import type { Models } from './models.svelte.ts';
import { Overlay } from './overlay.svelte.ts';
import { Selection } from './selection.svelte.ts';
import type { StudyTree } from './study-tree.svelte.ts';
import { View } from './view.svelte.ts';

/** What all panes share. */
export interface PaneSources {
  studies: StudyTree;
  frames: FrameCache;
  predictions: FramePredictions;
  models: Models;
  /** Drops what is kept of an image whose file is another one now, and tells the reader. */
  forgetChanged: (imageId: string) => void;
}

/** Codes of errors that say that what is kept of an image is no longer of its file. */
const OUTDATED: ReadonlySet<ErrorCode> = new Set(['image.changed', 'prediction.gone']);

/** Frames before and after the shown one that are fetched ahead. */
const PREFETCH_REACH = 3;

/** Who scrolls through a series does not ask for every slice: one that stays this long is classified. */
export const CLASSIFY_AFTER_MILLISECONDS = 250;

/**
 * One viewport: which image it looks at, how it shows it, and what lies over it. Whatever changes the image goes through
 * here, which shows it, fetches its neighbours and has it classified.
 */
export class Pane {
  readonly view = new View();
  readonly overlay = new Overlay();
  readonly cine: Cine;
  /** Takes the keyboard's focus, so that keys act on the image; set by what draws the pane. */
  focus: () => void = () => undefined;
  readonly #sources: PaneSources;
  readonly #selection: Selection;
  readonly #display: Display;
  readonly #answer: PredictionState | undefined = $derived(this.#findAnswer());
  readonly #subjectOfDrawing: Subject | null = $derived.by(() => {
    const { shown } = this.#display;
    return drawnSubjectOf(shown, shown ? this.#sources.studies.image(shown.imageId)?.header : undefined);
  });
  /** The prediction that the reader asked to see although its image is outside of what the model is meant for. */
  #askedFor = $state<string | null>(null);
  #subject = '';
  /** The frame that was read again last. */
  #reread = '';
  #prefetching = new AbortController();
  #classifying: ReturnType<typeof setTimeout> | undefined;

  constructor(sources: PaneSources) {
    this.#sources = sources;
    this.#selection = new Selection(sources.studies);
    this.#display = new Display(sources.frames);
    this.cine = new Cine(this.#selection, sources.frames, ({ imageId, frame }) => this.show(imageId, frame));
  }

  get selection(): Omit<Selection, 'select'> {
    return this.#selection;
  }

  get display(): Pick<Display, 'shown' | 'error' | 'loading'> {
    return this.#display;
  }

  /** Window or table as shown; null for colour, and while nothing is shown. */
  get voi(): Voi | null {
    const frame = this.#display.shown?.frameData;
    return frame?.colour === 'grayscale' ? (this.view.voi ?? defaultVoi(frame)) : null;
  }

  /** Softens the ends of the window by the sigmoid function (PS3.3 C.11.2.1.3.1), or makes it linear again. */
  toggleSigmoid(): void {
    const { voi } = this;
    if (voi?.kind !== 'window') return;
    const { center, width } = voi;
    this.view.setVoi(
      voi.function === 'SIGMOID' ? windowOf(center, width) : { ...voi, function: 'SIGMOID', explanation: '' },
    );
  }

  /** What is drawn on: the frame that is on the screen. */
  get subject(): Subject | null {
    return this.#subjectOfDrawing;
  }

  /** What the network said of the selected frame, never of other pixels than those shown; undefined before it was asked. */
  get answer(): PredictionState | undefined {
    return this.#answer;
  }

  get prediction(): Prediction | null {
    return this.#answer?.state === 'ok' ? this.#answer.prediction : null;
  }

  /** Whether the header in the list is of another version of the file than the picture: its texts say nothing of it. */
  get headerIsOutdated(): boolean {
    const { shown } = this.#display;
    const header = shown && this.#sources.studies.image(shown.imageId)?.header;
    return header != null && header.fileVersion !== shown?.frameData.content.fileVersion;
  }

  /** Whether the answer is held back: the image is outside of what the model is meant for, and nobody asked to see it. */
  get withheld(): boolean {
    return this.prediction !== null && isWithheld(this.prediction.verdict, this.shownAnyway);
  }

  /** Whether the reader asked to see the answer to an image that is outside of what the model is meant for. */
  get shownAnyway(): boolean {
    return this.prediction !== null && this.prediction.id === this.#askedFor;
  }

  /** Shows an answer that is held back, or holds it back again. Holds for this answer alone. */
  showAnyway(anyway: boolean): void {
    this.#askedFor = anyway ? (this.prediction?.id ?? null) : null;
  }

  /** Class whose map is shown over the image: the chosen one, else the most probable; null without an answer to show. */
  get shownClass(): number | null {
    const { prediction } = this;
    if (!prediction || this.withheld) return null;
    const chosen = this.overlay.classIndex;
    return chosen !== null && chosen < prediction.classes.length ? chosen : prediction.top1;
  }

  /** Shows a frame of an image; null empties the pane. What was set for another subject does not carry over to it. */
  show(imageId: string | null, frame = 0): void {
    this.#selection.select(imageId, frame);
    const subject = subjectOf(this.#selection);
    if (subject !== this.#subject) {
      this.#display.clear();
      this.view.reset();
      this.#subject = subject;
    }
    this.#refresh();
  }

  /** Goes to a place in the stack, clamped to its ends. */
  goTo(position: number): void {
    const item = this.#selection.at(position);
    if (item) this.show(item.imageId, item.frame);
  }

  /** Goes `by` places forward or backward; stays at the ends. */
  step(by: number): void {
    const { position } = this.#selection;
    if (position >= 0 && by !== 0) this.goTo(position + by);
  }

  /** Goes to the first image of the next or previous series. */
  stepSeries(by: 1 | -1): void {
    const first = this.#selection.firstOfSeries(by);
    if (first !== undefined) this.show(first);
  }

  /** Asks for a prediction of what is selected, also where the last try failed. */
  classify(): void {
    clearTimeout(this.#classifying);
    const item = this.#selection.item;
    if (this.#isOfOtherPixels()) this.reread();
    else if (item)
      void this.#sources.predictions.classify(item.imageId, item.frame).then(() => this.#rereadIfChanged());
  }

  /** Shows and classifies the selected image anew, from its file. */
  reread(): void {
    const { item } = this.#selection;
    if (!item) return;
    this.#reread = frameKey(item.imageId, item.frame);
    this.#sources.forgetChanged(item.imageId);
    this.#refresh();
  }

  /** Does something with what is shown; where that turns out to be outdated, it is also read again. */
  async withCurrent<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (OUTDATED.has(toErrorValue(error).code)) this.reread();
      throw error;
    }
  }

  /** Classifies what is selected unless that is done, underway, failed or impossible, once the reader stays with it. */
  classifySoon(): void {
    clearTimeout(this.#classifying);
    const { image } = this.#selection;
    if (!image || image.error || !this.#sources.models.info || this.answer) return;
    this.#classifying = setTimeout(() => this.classify(), CLASSIFY_AFTER_MILLISECONDS);
  }

  /** The model is another one: its classes are others too. */
  modelChanged(): void {
    this.overlay.choose(null);
    this.classifySoon();
  }

  /**
   * After the list changed: keeps the image if it is still there, else takes its next neighbour.
   * @param before ids of the images in the order of the list as it was
   */
  reconcile(before: readonly string[]): void {
    const { imageId } = this.#selection;
    if (imageId === null) return;
    const { studies } = this.#sources;
    const image = studies.image(imageId);
    if (image) {
      // The same image, whatever else is now known of it: of its series, or that it cannot be read.
      this.#subject = subjectOf(this.#selection);
      if (image.error) this.#refresh();
      return;
    }
    const at = before.indexOf(imageId);
    const near = at < 0 ? [] : [...before.slice(at), ...before.slice(0, at).reverse()];
    this.show(near.find((id) => studies.image(id)) ?? null);
  }

  /** Ends what is underway, before the pane goes. */
  close(): void {
    this.cine.stop();
    this.show(null);
  }

  /** Shows and classifies what is selected. Its neighbours follow once it is here, so that they never delay it. */
  #refresh(): void {
    const { item, image } = this.#selection;
    const before = this.#prefetching;
    const { signal } = (this.#prefetching = new AbortController());
    if (!item || !image || image.error) this.#display.clear();
    else {
      void this.#display.show(item).then(() => {
        if (signal.aborted) return;
        this.#rereadIfChanged();
        for (const { imageId, frame } of this.#selection.neighbours(PREFETCH_REACH))
          this.#sources.frames.prefetch(imageId, frame, signal);
      });
    }
    // Only now: the frame that is asked for may be among those that were fetched ahead.
    before.abort();
    this.classifySoon();
  }

  #findAnswer(): PredictionState | undefined {
    const { item } = this.#selection;
    if (!item) return undefined;
    if (this.#isOfOtherPixels()) {
      const file = this.#selection.image?.name ?? '';
      return { state: 'failed', error: toErrorValue(new HifuseError('image.changed', { file })) };
    }
    return this.#sources.predictions.of(item.imageId, item.frame);
  }

  /** Whether picture and prediction of the selected frame are of two contents of its file. */
  #isOfOtherPixels(): boolean {
    const { item } = this.#selection;
    const { shown } = this.#display;
    if (!item || shown?.imageId !== item.imageId || shown.frame !== item.frame) return false;
    const answer = this.#sources.predictions.of(item.imageId, item.frame);
    return answer?.state === 'ok' && answer.prediction.content.sha256 !== shown.frameData.content.sha256;
  }

  /** The file changed between picture and prediction: both are made anew, once by itself, then on demand. */
  #rereadIfChanged(): void {
    const { item } = this.#selection;
    if (item && this.#isOfOtherPixels() && this.#reread !== frameKey(item.imageId, item.frame)) this.reread();
  }
}

/**
 * What an image belongs to as far as its presentation goes: slices of one volume share window, placement and inversion;
 * pictures of a folder and the views of a study are each their own.
 */
function subjectOf({ image, series }: Pick<Selection, 'image' | 'series'>): string {
  if (!image) return '';
  return isSlice(image) && series ? `${series.id} ${image.header?.patientId} ${image.header?.patientName}` : image.id;
}

const isSlice = ({ header }: ImageEntry): boolean => header?.plane != null;
