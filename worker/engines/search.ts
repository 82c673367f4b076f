import type { ErrorArguments } from '../../models/texts/codes.ts';
import { HifuseError } from '../../models/errors.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import type { DeviceReport, ModelSelection } from '../protocol.ts';
import { CANDIDATES, POLICY, type Candidate } from './devices.ts';
import type { LoadedModel } from './engine.ts';
import {
  answersOf,
  hindrance,
  reportOf,
  tryCandidate,
  type Failed,
  type Passed,
  type Reference,
  type Surroundings,
} from './trial.ts';

/** What else than a missing device keeps a model from running. */
const CANNOT_RUN = ['engine.failed', 'model.self-test-failed', 'model.missing-tensor', 'model.shape-mismatch'] as const;

export type Selection = Pick<ModelSelection, 'engine' | 'device'>;

/** One search for a device: what was tried, and what came of it. */
export class Search {
  readonly #model: LoadedModel;
  readonly #selfTest: SelfTest;
  readonly #world: Surroundings;
  /** Somebody asked for this very device: it is tried even where it is not to be expected, and may be slow. */
  readonly #asked: boolean;
  readonly #failures: Failed[] = [];
  readonly #reports = new Map<Candidate, DeviceReport>();

  constructor(model: LoadedModel, selfTest: SelfTest, world: Surroundings, asked: boolean) {
    this.#model = model;
    this.#selfTest = selfTest;
    this.#world = world;
    this.#asked = asked;
  }

  /** The first candidate that passes, in order. */
  async firstThatPasses(candidates: readonly Candidate[]): Promise<Passed | null> {
    for (const candidate of candidates) {
      const passed = await this.#try(candidate, null);
      if (passed) return this.#choose(passed, 'Chosen by you.');
    }
    return null;
  }

  /** The first candidate that is faster than the processor, in order; else the processor. */
  async fastest(candidates: readonly Candidate[]): Promise<Passed | null> {
    const isProcessor = (candidate: Candidate) => candidate.device === 'cpu';
    const processor = await this.#processor(candidates.filter(isProcessor));
    if (!processor) return null;
    const others = candidates.filter((candidate) => !isProcessor(candidate) && !this.#hindered(candidate));
    if (others.length === 0) return this.#choose(processor, 'Chosen: there is nothing faster here.');

    const reference = await answersOf(processor.session, this.#selfTest);
    for (const candidate of others) {
      const passed = await this.#try(candidate, reference);
      if (!passed) continue;
      const speedUp = processor.millisecondsPerImage / passed.millisecondsPerImage;
      if (speedUp >= POLICY.leastSpeedUp) {
        await this.#pass(processor, 'Works; slower than the device that was chosen.');
        return this.#choose(passed, `Chosen: ${speedUp.toFixed(1)} times as fast as the processor.`);
      }
      await this.#pass(passed, tooSlow(passed, processor));
    }
    return this.#choose(processor, 'Chosen: no other device passed its checks and was faster.');
  }

  /** Tries every candidate and keeps none. */
  async every(candidates: readonly Candidate[]): Promise<void> {
    const processors = candidates.filter(({ device }) => device === 'cpu');
    const first = await this.#processor(processors);
    const reference = first && (await answersOf(first.session, this.#selfTest));
    if (first) await this.#pass(first, 'Works.');
    for (const candidate of candidates) {
      if (this.#reports.has(candidate)) continue;
      const passed = await this.#try(candidate, reference);
      if (!passed) continue;
      const worthIt = first && first.millisecondsPerImage / passed.millisecondsPerImage >= POLICY.leastSpeedUp;
      await this.#pass(passed, first && !worthIt ? tooSlow(passed, first) : 'Works.');
    }
  }

  /** Why no device could be had: what is wrong with each that was looked at, and what to do. */
  failure(selection: Selection): HifuseError {
    const [first] = this.#failures;
    const wanted = selection.device === 'auto' ? 'on any device' : `on the device ${selection.device}`;
    const where = selection.engine === 'auto' ? wanted : `${wanted} with the engine ${selection.engine}`;
    if (!first) {
      const known = CANDIDATES.filter(
        (candidate) => selection.engine === 'auto' || candidate.engine === selection.engine,
      );
      return new HifuseError('engine.unavailable', {
        reason: 'nothing-runs',
        where,
        devices: [...new Set(known.map(({ device }) => device))].join(', '),
      });
    }
    const reasons = this.#failures.map(({ candidate, reason }) => `${candidate.title}: ${reason}`).join(' ');
    const advice = selection.device === 'auto' ? '' : ' Choose the device auto or cpu to go on without it.';
    // What a package lacks, or a failing network, is told before what the machine lacks.
    const codes = this.#failures.map(({ code }) => CANNOT_RUN.find((one) => one === code));
    const code = codes.find((one) => one !== undefined) ?? 'engine.unavailable';
    // The compiler cannot see that each of these codes has the reason.
    return new HifuseError(
      ...([code, { reason: 'cannot-run', where, diagnosis: `${reasons}${advice}` }] as ErrorArguments),
    );
  }

  /** A report for every candidate: those that nobody looked at, too. */
  reports(selection: Selection): DeviceReport[] {
    const reason = selection.device === 'auto' ? 'Not needed: another device was chosen.' : 'Not asked for.';
    return CANDIDATES.map((candidate) => this.#reports.get(candidate) ?? notTried(candidate, this.#world, reason));
  }

  /** The first processor candidate that passes; without one there is nothing to compare with. */
  async #processor(candidates: readonly Candidate[]): Promise<Passed | null> {
    for (const candidate of candidates) {
      const passed = await this.#try(candidate, null);
      if (passed) return passed;
    }
    return null;
  }

  /** Whether a candidate need not be tried; reports why not. */
  #hindered(candidate: Candidate): boolean {
    const reason = hindrance(candidate, this.#world.machine, this.#asked);
    if (reason === null) return false;
    this.#fail({ ok: false, candidate, status: 'unavailable', code: 'engine.unavailable', reason, deviation: null });
    return true;
  }

  async #try(candidate: Candidate, reference: Reference | null): Promise<Passed | null> {
    if (this.#hindered(candidate)) return null;
    const trial = await tryCandidate(candidate, this.#model, this.#selfTest, reference, this.#world);
    if (trial.ok) return trial;
    this.#fail(trial);
    return null;
  }

  #fail(failure: Failed): void {
    this.#failures.push(failure);
    this.#reports.set(failure.candidate, reportOf(failure, failure.status, failure.reason));
  }

  #choose(passed: Passed, reason: string): Passed {
    this.#reports.set(passed.candidate, reportOf(passed, 'running', reason));
    return passed;
  }

  /** Passes over a candidate that works. */
  async #pass(passed: Passed, reason: string): Promise<void> {
    this.#reports.set(passed.candidate, reportOf(passed, 'available', reason));
    await passed.session.dispose();
  }
}

function tooSlow(passed: Passed, processor: Passed): string {
  const [its, the] = [passed, processor].map((trial) => trial.millisecondsPerImage.toFixed(0));
  return `Works, but is not faster than the processor: ${its} ms per image against ${the} ms.`;
}

/** The report of a candidate that was not tried: impossible here, or simply not needed. */
function notTried(candidate: Candidate, { machine }: Surroundings, reason: string): DeviceReport {
  const missing = hindrance(candidate, machine, false);
  return {
    engine: candidate.engine,
    device: candidate.device,
    status: missing === null ? 'not-tried' : 'unavailable',
    reason: missing ?? reason,
    selfTestDeviation: null,
    millisecondsPerImage: null,
  };
}
