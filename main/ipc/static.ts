import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Ending -> media type. Files with other endings are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * Headers of everything that a renderer loads: nothing comes from elsewhere, nothing inline runs, nobody may frame it,
 * and its address (which holds the token) goes nowhere.
 *
 * @param socket origin of the WebSocket, where there is one
 */
export function securityHeaders(socket?: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self'${socket ? ` ${socket}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
    'Cache-Control': 'no-store',
  };
}

/**
 * Reads a file of the renderer.
 *
 * @param root folder of the built renderer
 * @param name path below it as the address has it, still percent-encoded; empty for the page itself
 * @returns null where there is no such file, or where the name leads out of the folder
 */
export async function readStatic(
  root: string,
  name: string,
): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> } | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(name || 'index.html');
  } catch {
    return null;
  }
  // Built files have plain names; whatever else stands there (.., \, a drive, a NUL) is none of them.
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(decoded)) return null;
  const type = TYPES[path.extname(decoded).toLowerCase()];
  if (!type) return null;
  const bytes = await readFile(path.join(root, ...decoded.split('/'))).catch(() => null);
  return bytes && { type, bytes };
}
