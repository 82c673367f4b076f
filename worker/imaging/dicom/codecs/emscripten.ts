import { createRequire } from 'node:module';

/** A decoder class of the @cornerstonejs/codec-* packages. */
export interface EmscriptenDecoder {
  /** Memory of the module for `length` compressed bytes. */
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned?: boolean };
  decode(): void;
  delete(): void;
}

/** Decoded bytes of an image that is worth compiling the codec anew for. */
const LARGE = 2 ** 26;

const MOST_LINES = 1000;

type Factory = (options: object) => Promise<Record<string, new () => EmscriptenDecoder>>;

const require = createRequire(import.meta.url);

/** A WebAssembly codec, compiled when it is first needed and anew after a failure, whose memory nobody knows. */
export class EmscriptenCodec {
  private readonly entry: string;
  private readonly decoder: string;
  private loading: Promise<new () => EmscriptenDecoder> | null = null;
  /** What the decoder has printed of the image that it has now. */
  private said: string[] = [];

  constructor(entry: string, decoder: string) {
    this.entry = entry;
    this.decoder = decoder;
  }

  /**
   * Decodes `bytes`; `use` takes what it needs out of the decoder before its memory is freed. `warned`: the decoder met
   * what cannot be, and went on.
   */
  async decode<T>(bytes: Uint8Array, use: (decoder: EmscriptenDecoder) => T): Promise<{ result: T; warned: boolean }> {
    this.loading ??= this.load();
    const Decoder = await this.loading;
    try {
      const decoder = new Decoder();
      try {
        decoder.getEncodedBuffer(bytes.byteLength).set(bytes);
        this.said = [];
        decoder.decode();
        // OpenJPEG's wrapper says so and returns, as if there were an image.
        if (this.said.some((line) => line.startsWith('[ERROR]'))) throw new Error('its stream is damaged');
        const warned = this.said.some((line) => line.startsWith('[WARNING]'));
        const result = use(decoder);
        // WebAssembly memory never shrinks: after a huge image it is given back with its module.
        if (decoder.getDecodedBuffer().byteLength > LARGE) this.loading = null;
        return { result, warned };
      } finally {
        decoder.delete();
      }
    } catch (error) {
      this.loading = null;
      // Emscripten throws C++ exceptions as pointers.
      throw error instanceof Error ? error : new Error('its stream is damaged', { cause: error });
    }
  }

  private async load(): Promise<new () => EmscriptenDecoder> {
    const factory = require(this.entry) as Factory;
    const note = (line: string) => {
      // A damaged stream may make it say the same a million times.
      if (this.said.length < MOST_LINES) this.said.push(line);
    };
    const module = await factory({ print: note, printErr: note });
    return module[this.decoder]!;
  }
}
