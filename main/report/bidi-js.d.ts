/** The part of bidi-js (MIT) that the report uses; the package has no types of its own. */
declare module 'bidi-js' {
  interface EmbeddingLevels {
    /** One per UTF-16 unit; odd: right to left. */
    levels: Uint8Array;
    paragraphs: { start: number; end: number; level: number }[];
  }
  interface Bidi {
    getEmbeddingLevels(text: string, direction?: 'ltr' | 'rtl' | 'auto'): EmbeddingLevels;
    /** The mirror image of a bracket; null for what has none. */
    getMirroredCharacter(character: string): string | null;
  }
  export default function bidiFactory(): Bidi;
}
