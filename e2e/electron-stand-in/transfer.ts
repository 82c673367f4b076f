/** Messages between page and process as text, since Playwright's bindings carry JSON alone. Browser-safe. */
import { decodeMessage, encodeMessage } from '../../main/ipc/wire.ts';

const CHUNK = 0x8000;

export function toText(message: unknown): string {
  const bytes = encodeMessage(message);
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

export const fromText = (text: string): unknown =>
  decodeMessage(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));

/** What a page asks of the process. */
export type Sending = 'invoke' | 'send';

/** How an invocation ended. */
export type Reply = { ok: true; value: unknown } | { ok: false; message: string };
