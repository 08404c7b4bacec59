import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import boundaries from 'eslint-plugin-boundaries';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { house, sansIO } from './house.js';
import svelteConfig from './svelte.config.js';

/** Names that reach the outside world, with what to do instead. */
const outside = [
  ...['document', 'window', 'navigator', 'location', 'self'],
  ...['indexedDB', 'caches', 'localStorage', 'sessionStorage'],
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'process'],
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'crypto'],
].map((name) => ({
  name,
  message: 'This folder is sans-I/O: take bytes, randomness and time as arguments.',
}));

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      '.svelte-kit/',
      'build/',
      'build-*/',
      'test-results/',
      'src/lib/wasm/assembly/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: {
        ...globals.browser,
        ...globals.node,
        __RELEASE__: 'readonly',
        __CONNECTED__: 'readonly',
      },
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'error',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: [
      'src/**/*.ts',
      'src/**/*.svelte',
      'bundle/**/*.mjs',
      'programs/**/*.ts',
      'reader/**/*.ts',
      'tests/house/**/*.ts',
    ],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.svelte', '.js', '.mjs'] } },
      'boundaries/include': ['src/**/*', 'bundle/**/*', 'programs/**/*', 'reader/**/*'],
      'boundaries/elements': Object.entries(house).map(([type, { folder }]) => ({
        type,
        pattern: folder,
      })),
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message:
            '{{from.element.type}} may not import {{to.element.type}}: arrows point down only (house.js)',
          policies: Object.entries(house).map(([type, { mayImport }]) => ({
            from: { element: { type } },
            allow: { to: { element: { types: { anyOf: [type, ...mayImport] } } } },
          })),
        },
      ],
    },
  },
  {
    files: sansIO.map((folder) => `${folder}/**/*.ts`),
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', ...outside],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
      'no-restricted-imports': ['error', { patterns: ['node:*'] }],
    },
  },
  {
    // The command line speaks through the console.
    files: ['bundle/**/*.mjs', 'programs/**/*.ts', 'tests/**/*.mjs', 'tests/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
