import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

interface Configuration {
  files: string[];
  asarUnpack: string[];
  electronFuses: Record<string, boolean>;
}

describe('electron-builder.yml', () => {
  it('is what electron-builder accepts, keeps Node out, and unpacks what is there', async () => {
    const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
      getConfig(folder: string, file: string, override: null): Promise<Configuration>;
      validateConfiguration(configuration: Configuration, log: { add: () => void }): Promise<void>;
    };
    const configuration = await getConfig(root, 'electron-builder.yml', null);
    await validateConfiguration(configuration, { add: () => undefined });
    expect(configuration.electronFuses).toMatchObject({ runAsNode: false, onlyLoadAppFromAsar: true });
    // Optional packages may be absent; these two run the default path.
    for (const folder of ['node_modules/onnxruntime-node', 'node_modules/sharp']) {
      expect(configuration.asarUnpack).toContain(`${folder}/**`);
      expect(() => readFileSync(path.join(root, folder, 'package.json'))).not.toThrow();
    }
  });
});
