/** The time that a frame may take. It counts from when its bytes are there: a slow drive is no damage. */

const BASE_MS = 8_000;
/** The slowest codec, JPEG 2000 in WebAssembly, takes a tenth of this on a machine that has nothing else to do. */
const MICROSECONDS_PER_SAMPLE = 2;

/** Milliseconds for decoding and preparing a frame of so many samples. */
export const decodingMilliseconds = (samples: number): number => BASE_MS + (samples * MICROSECONDS_PER_SAMPLE) / 1000;

let listener: (milliseconds: number) => void = () => undefined;

/** Whoever ends the work when its time is up, is told when that begins. */
export function onClockStart(told: (milliseconds: number) => void): void {
  listener = told;
}

/** The bytes of a frame of so many samples are read; from here on its time counts. */
export function startClock(samples: number): void {
  listener(decodingMilliseconds(samples));
}
