import { HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import { DTYPES } from '../../models/package/dtypes.ts';
import type { ByteSource } from './byte-source.ts';
import { PICKLE_LIMIT } from './pickle-machine.ts';
import { unpickle } from './pickle.ts';
import { persistentStorage, torchGlobals } from './torch-globals.ts';
import type { TorchFile } from './torch-file.ts';
import { ZipArchive } from './zip.ts';

/**
 * The form of PyTorch 1.6 and newer: a ZIP archive with `<prefix>/data.pkl` and each storage in `<prefix>/data/<key>`.
 *
 * @throws HifuseError `checkpoint.corrupt`, `checkpoint.unsafe-pickle`, `checkpoint.unknown-format`
 */
export async function openTorchZip(source: ByteSource): Promise<TorchFile> {
  const { name } = source;
  const archive = await ZipArchive.open(source);
  const pickle = [...archive.entries.values()].find((entry) => /^[^/]+\/data\.pkl$/.test(entry.name));
  if (!pickle) {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'zip', file: name });
  }
  const prefix = pickle.name.slice(0, -'data.pkl'.length);
  if (archive.entries.has(`${prefix}constants.pkl`)) {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'torchscript', file: name });
  }
  await requireLittleEndian(archive, prefix, name);
  if (pickle.size > PICKLE_LIMIT) {
    throw new HifuseError('checkpoint.corrupt', {
      reason: 'structure',
      file: name,
      diagnosis: `its pickle claims ${pickle.size} bytes`,
    });
  }
  const globals = torchGlobals(name);
  const bytes = await archive.read(pickle);
  const { value } = unpickle(bytes, 0, {
    subject: name,
    find: (global) => globals.get(global),
    persistent: (id) => persistentStorage(id, name),
  });
  return {
    format: 'PyTorch',
    root: value,
    readStorage: (storage, first, count) => {
      const entry = archive.entries.get(`${prefix}data/${storage.key}`);
      if (!entry)
        throw new HifuseError('checkpoint.corrupt', {
          reason: 'structure',
          file: name,
          diagnosis: `storage ${quote(storage.key)} is missing`,
        });
      const { bytes: size } = DTYPES[storage.dtype];
      return archive.read(entry, (storage.offset + first) * size, count * size);
    },
  };
}

/** Files of PyTorch before 2.1 do not say; they come from little-endian machines. */
async function requireLittleEndian(archive: ZipArchive, prefix: string, name: string): Promise<void> {
  const entry = archive.entries.get(`${prefix}byteorder`);
  if (!entry) return;
  const order = new TextDecoder().decode(await archive.read(entry, 0, Math.min(entry.size, 16)));
  if (order.trim() !== 'little') {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'byte-order', file: name });
  }
}
