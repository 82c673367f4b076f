import tseslint from 'typescript-eslint';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';

/** Forbids imports by package or folder: the house's one-way rule (models <- worker <- main; renderer by contract). */
const forbid = (message, ...group) => ({ group, message });
const boundary = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const electron = forbid('Only main/index.ts, main/preload.cts and main/hosts/electron/ may know Electron.', 'electron');
const nodeBuiltins = forbid('This folder is pure: no Node.', 'node:*');
const native = forbid('This folder is pure: no native backend.', 'onnxruntime-*', 'sharp', '@tensorflow/*');
const upFromModels = forbid(
  'models imports nothing of the other folders.',
  '**/worker/**',
  '**/main/**',
  '**/renderer/**',
);
const upFromWorker = forbid('worker imports models only.', '**/main/**', '**/renderer/**');
const runtime = forbid(
  'ONNX Runtime is reached through worker/engines/onnx/runtime.ts, which switches its telemetry off first.',
  'onnxruntime-node',
);
const cornerstone = forbid('Only renderer/viewport knows cornerstone.', 'cornerstone-*');
const rendererReach = forbid(
  'The renderer reaches main through main/ipc/{contract,client} alone.',
  '**/worker/**',
  '**/main/!(ipc)/**',
  '**/main/ipc/server*',
);

export default tseslint.config(
  { ignores: ['dist/', 'release/', 'node_modules/', 'models/bundled/', 'test-results/', 'playwright-report/'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
    },
  },
  {
    files: ['renderer/**/*.svelte', 'renderer/**/*.svelte.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: tseslint.parser } },
  },
  {
    // One stray rejection ends the process: every promise is waited for, or let go on purpose (`void`).
    files: ['{models,worker,main,renderer,e2e}/**/*.ts'],
    ignores: ['renderer/**/*.svelte.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  boundary(['models/**/*.ts'], electron, nodeBuiltins, native, upFromModels, cornerstone),
  boundary(['worker/**/*.ts'], electron, upFromWorker, cornerstone, runtime),
  boundary(['worker/engines/onnx/runtime.ts'], electron, upFromWorker, cornerstone),
  boundary(
    ['main/**/*.ts'],
    electron,
    cornerstone,
    runtime,
    forbid('main never imports the renderer.', '**/renderer/**'),
  ),
  boundary(['main/index.ts', 'main/preload.cts', 'main/hosts/electron/*.ts'], cornerstone, runtime),
  boundary(['renderer/**/*.{ts,svelte}'], electron, nodeBuiltins, native, cornerstone, rendererReach),
  boundary(['renderer/viewport/**/*.{ts,svelte}'], electron, nodeBuiltins, native, rendererReach),
  boundary(['bench/**', 'scripts/**'], runtime),
  {
    files: ['models/**/*.test.ts', 'renderer/**/*.test.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
