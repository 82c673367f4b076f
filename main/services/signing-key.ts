import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILE = 'signing-key.pem';

/** An Ed25519 key (RFC 8032) that signs reports. */
export interface SigningKey {
  /** Of the whole file: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** SubjectPublicKeyInfo, PEM: what others check a signature with. */
  publicKey: string;
}

/** The person's key, made when it is first needed; nobody else may read it. */
export function signingKey(dataDirectory: string): SigningKey {
  const file = path.join(dataDirectory, FILE);
  if (!existsSync(file)) {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ed25519');
    // Another process may have made one meanwhile: that one then stays.
    try {
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const key = createPrivateKey(readFileSync(file));
  return { sign: (bytes) => new Uint8Array(sign(null, bytes, key)), publicKey: pemOf(createPublicKey(key)) };
}

/** The person's public key; null where none was made yet. */
export function ownPublicKey(dataDirectory: string): string | null {
  const file = path.join(dataDirectory, FILE);
  return existsSync(file) ? pemOf(createPublicKey(readFileSync(file))) : null;
}

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;

/** Whether a signature is of these bytes, by that key. False where the key is no Ed25519 key at all. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey(publicKey);
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

/** SHA-256 of the public key (DER), hexadecimal: what two people compare. */
export const fingerprint = (publicKey: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicKey).export({ type: 'spki', format: 'der' }))
    .digest('hex');
