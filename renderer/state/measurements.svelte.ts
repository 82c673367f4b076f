import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Client, ErrorValue, Frame, ImageEntry, ImageNotes } from '../../main/ipc/contract.ts';
import { toErrorValue } from '../../models/errors.ts';
import { measure } from '../../models/measure/measure.ts';
import { imageKey, type Drawing, type Measured, type Measurement } from '../../models/measure/measurement.ts';
import type { Shown } from './display.svelte.ts';
import { timestamp } from './timestamp.ts';

/** Which frame of which image is drawn on. */
export interface Subject {
  /** What its measurements are kept under. */
  readonly image: string;
  readonly frame: number;
  readonly pixels: Frame;
}

/** Null while nothing is shown. */
export function subjectOf(shown: Shown | null, header: ImageEntry['header'] | undefined): Subject | null {
  if (!shown) return null;
  const { frame, frameData } = shown;
  const uid = header?.sopInstanceUid ?? '';
  // A picture's hash is that of the frame itself.
  return { image: imageKey(uid, frameData.content.sha256), frame: uid === '' ? 0 : frame, pixels: frameData };
}

/** One step that can be taken back: null before it was drawn, null after it was deleted. */
interface Change {
  before: Measurement | null;
  after: Measurement | null;
}

interface History {
  done: Change[];
  undone: Change[];
}

/** Colours that can be told apart; see the tokens `--draw-1` and following. */
export const DRAWING_COLOURS = 8;

const NO_NOTES: ImageNotes = { measurements: [], keyFrames: [] };

/** What the reader draws on images: shown at once, kept by main, taken back step by step. */
export class Measurements {
  readonly #client: Client;
  readonly #tell: (error: ErrorValue) => void;
  readonly #notes = new SvelteMap<string, ImageNotes>();
  readonly #asked = new SvelteSet<string>();
  readonly #histories = new SvelteMap<string, History>();
  /** Numbers that were measured on a frame, by what was drawn. */
  readonly #measured = new WeakMap<Frame, WeakMap<Drawing, Measured>>();
  /** Changes that are on their way to main. */
  #keeping = 0;
  #outdated: string[] = [];
  #selectedId = $state<string | null>(null);
  /** What is being drawn or moved: in the place of the kept one of its id. */
  #draft = $state.raw<Measurement | null>(null);

  /** @param tell of what could not be kept or read */
  constructor(client: Client, tell: (error: ErrorValue) => void) {
    this.#client = client;
    this.#tell = tell;
  }

  /** Of a frame, in the order of drawing, as measured on its pixels now. */
  of({ image, frame, pixels }: Subject): Measurement[] {
    const draft = this.#draft;
    const kept = (this.#notes.get(image) ?? NO_NOTES).measurements.filter((one) => one.frame === frame);
    const all =
      draft?.image !== image || draft.frame !== frame
        ? kept
        : kept.some(({ id }) => id === draft.id)
          ? kept.map((one) => (one.id === draft.id ? draft : one))
          : [...kept, draft];
    return all.map((one) => ({ ...one, ...this.#measure(one, pixels), contentSha256: pixels.content.sha256 }));
  }

  keyFramesOf(image: string): readonly number[] {
    return (this.#notes.get(image) ?? NO_NOTES).keyFrames;
  }

  isKey({ image, frame }: Subject): boolean {
    return this.keyFramesOf(image).includes(frame);
  }

  get selectedId(): string | null {
    return this.#selectedId;
  }

  select(id: string | null): void {
    this.#selectedId = id;
  }

  canUndo(image: string): boolean {
    return (this.#histories.get(image)?.done.length ?? 0) > 0;
  }

  canRedo(image: string): boolean {
    return (this.#histories.get(image)?.undone.length ?? 0) > 0;
  }

  /** Fetches what is kept of an image, once. */
  async want(image: string): Promise<void> {
    if (this.#asked.has(image)) return;
    this.#asked.add(image);
    await this.refresh(image);
  }

  /** Takes what main has of an image that was asked for; not before all changes of this window have arrived there. */
  async refresh(image: string): Promise<void> {
    if (!this.#asked.has(image)) return;
    if (this.#keeping > 0) {
      this.#outdated = [...this.#outdated.filter((one) => one !== image), image];
      return;
    }
    try {
      this.#notes.set(image, await this.#client.invoke('measurements.list', { image }));
    } catch (error) {
      this.#asked.delete(image);
      this.#tell(toErrorValue(error));
    }
  }

  /** Shows what is being drawn. */
  sketch(subject: Subject, drawing: Drawing): void {
    const { image, frame, pixels } = subject;
    const last = this.#draft ?? {
      id: crypto.randomUUID(),
      colour: this.of(subject).length % DRAWING_COLOURS,
      createdAt: timestamp(),
    };
    const { id, colour, createdAt } = last;
    const about = { id, colour, createdAt, image, frame, contentSha256: pixels.content.sha256 };
    this.#draft = { ...about, ...drawing, ...this.#measure(drawing, pixels) };
  }

  /** Shows a kept measurement as it is being changed. */
  change(measurement: Measurement, drawing: Partial<Drawing>): void {
    this.#draft = { ...measurement, ...drawing };
  }

  /** Keeps what was drawn or changed last. */
  finish(subject: Subject): void {
    const draft = this.#draft;
    if (!draft) return;
    const after = this.of(subject).find(({ id }) => id === draft.id);
    const before = this.#kept(draft.image).find(({ id }) => id === draft.id) ?? null;
    this.#draft = null;
    if (!after) return;
    this.#selectedId = after.id;
    this.#do({ before, after });
  }

  /** Forgets what is being drawn or changed. */
  discard(): void {
    this.#draft = null;
  }

  delete(measurement: Measurement): void {
    const before = this.#kept(measurement.image).find(({ id }) => id === measurement.id);
    if (before) this.#do({ before, after: null });
  }

  undo(image: string): void {
    const history = this.#histories.get(image);
    const change = history?.done.at(-1);
    if (!history || !change) return;
    this.#histories.set(image, { done: history.done.slice(0, -1), undone: [...history.undone, change] });
    this.#apply({ before: change.after, after: change.before });
  }

  redo(image: string): void {
    const history = this.#histories.get(image);
    const change = history?.undone.at(-1);
    if (!history || !change) return;
    this.#histories.set(image, { done: [...history.done, change], undone: history.undone.slice(0, -1) });
    this.#apply(change);
  }

  toggleKey(subject: Subject): void {
    const { image, frame } = subject;
    const isKey = !this.isKey(subject);
    const notes = this.#notes.get(image) ?? NO_NOTES;
    const others = notes.keyFrames.filter((one) => one !== frame);
    this.#notes.set(image, { ...notes, keyFrames: isKey ? [...others, frame].sort((a, b) => a - b) : others });
    this.#keep(image, this.#client.invoke('measurements.mark-key', { image, frame, isKey }));
  }

  /** Keeps anew what measures other numbers than it did: the file says another spacing now, or the program was mended. */
  remeasure(subject: Subject): void {
    const kept = this.#kept(subject.image);
    for (const one of this.of(subject)) {
      const before = kept.find(({ id }) => id === one.id);
      if (before && JSON.stringify(before.quantities) !== JSON.stringify(one.quantities))
        this.#apply({ before, after: one });
    }
  }

  #kept(image: string): readonly Measurement[] {
    return (this.#notes.get(image) ?? NO_NOTES).measurements;
  }

  #do(change: Change): void {
    const image = (change.after ?? change.before)!.image;
    const done = this.#histories.get(image)?.done ?? [];
    this.#histories.set(image, { done: [...done, change], undone: [] });
    this.#apply(change);
  }

  #apply({ before, after }: Change): void {
    const { id, image } = (after ?? before)!;
    const notes = this.#notes.get(image) ?? NO_NOTES;
    const at = notes.measurements.findIndex((one) => one.id === id);
    const measurements = notes.measurements.filter((one) => one.id !== id);
    if (after) measurements.splice(at < 0 ? measurements.length : at, 0, after);
    else if (this.#selectedId === id) this.#selectedId = null;
    this.#notes.set(image, { ...notes, measurements });
    this.#keep(
      image,
      after
        ? this.#client.invoke('measurements.save', after)
        : this.#client.invoke('measurements.delete', { id, image }),
    );
  }

  /** What could not be kept is taken off the screen: it must not pass for kept. */
  #keep(image: string, keeping: Promise<unknown>): void {
    this.#keeping++;
    void keeping
      .catch((error: unknown) => {
        this.#tell(toErrorValue(error));
        this.#outdated.push(image);
      })
      .finally(() => {
        if (--this.#keeping > 0) return;
        for (const outdated of this.#outdated.splice(0)) void this.refresh(outdated);
      });
  }

  #measure(drawing: Drawing, pixels: Frame): Measured {
    const known = this.#measured.get(pixels) ?? new WeakMap<Drawing, Measured>();
    this.#measured.set(pixels, known);
    const found = known.get(drawing) ?? measure(drawing, pixels);
    known.set(drawing, found);
    return found;
  }
}
