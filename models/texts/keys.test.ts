import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './en/index.ts';

const ROOT = path.join(import.meta.dirname, '../..');

/** Source text of everything that can use a key: not the catalogue itself, and not tests. */
function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return name === 'models/texts/en' || entry.name === 'testing' ? [] : sources(name);
    if (!/\.(ts|cts|svelte)$/.test(name) || /\.test\.ts$/.test(name)) return [];
    return [readFileSync(path.join(ROOT, name), 'utf8')];
  });
}

const source = ['models', 'worker', 'main', 'renderer'].flatMap(sources).join('\n');
/** Every text literal of the sources, and the fixed beginnings of those with something filled in. */
const literals = new Set(source.match(/(?<=['"`])[^'"`\s]+?(?=['"`])/g));
const beginnings = [...new Set(source.match(/(?<=`)[a-z]+:[^`$]*(?=\$\{)/g))];

const base = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');

/** Keys that a subject's sentences are asked by. */
const keysOf = (sentences: object): string[] => [...new Set(Object.keys(sentences).map(base))];

describe('the catalogue', () => {
  const { errors, warnings, reasons, ...texts } = en;

  it.each(Object.entries(texts))('of %s has no sentence that nobody asks for', (subject, sentences) => {
    const unused = keysOf(sentences)
      .map((key) => `${subject}:${key}`)
      .filter((key) => !literals.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)));
    expect(unused).toEqual([]);
  });

  it.each(Object.entries({ errors, warnings, reasons }))('of %s has no code or reason that nobody gives', (_, all) => {
    const unused = keysOf(all).filter((key) => key.split('/').some((part) => !literals.has(part)));
    expect(unused).toEqual([]);
  });
});
