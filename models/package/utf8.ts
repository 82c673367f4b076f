/** UTF-8 both ways. Every JavaScript runtime has the Encoding Standard's classes; the ES library's types lack them. */

interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}
interface Utf8Encoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare const TextDecoder: new (label: 'utf-8', options: { fatal: boolean }) => Utf8Decoder;
declare const TextEncoder: new () => Utf8Encoder;

/** @throws TypeError where the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Text as UTF-8; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
