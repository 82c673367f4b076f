import { HifuseError } from '../../models/errors.ts';
import { difference, type Shard } from './plan.ts';
import { RunStore } from './store.ts';

export interface Merged {
  store: RunStore;
  /** Shards that none of the folders holds: 'K/N'. */
  missing: string[];
}

/** Files that are taken over in one transaction. */
const CHUNK = 500;

/**
 * Puts the shards of a run together in a new folder, or in one that holds the same run merged before: files, rows and what
 * made them. Shards that are not done, and those that are missing, leave the whole incomplete.
 *
 * @throws HifuseError `batch.shards-differ` where they are of several runs, or one is there twice; and as `RunStore.open`
 */
export function mergeShards(folders: readonly string[], out: string): Merged {
  const shards: RunStore[] = [];
  try {
    for (const folder of folders) shards.push(RunStore.open(folder));
    const [first] = shards as [RunStore];
    const seen = new Map<number, string>();
    for (const { folder, plan } of shards) {
      const what =
        difference(plan, first.plan) ??
        (plan.shard?.count !== first.plan.shard?.count || seen.has(plan.shard?.index ?? 1) ? 'shard' : null);
      const other = seen.get(plan.shard?.index ?? 1) ?? first.folder;
      if (what !== null) throw new HifuseError('batch.shards-differ', { folder, other, what });
      seen.set(plan.shard?.index ?? 1, folder);
    }
    const { index: _, count }: Shard = first.plan.shard ?? { index: 1, count: 1 };
    const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !seen.has(index));
    const store = RunStore.begin(out, { ...first.plan, shard: null });
    try {
      const listing = store.beginListing();
      for (const shard of shards) store.takeOver(shard, listing, CHUNK);
      store.set('listed', missing.length === 0 && shards.every((shard) => shard.get('listed') === true));
      return { store, missing: missing.map((index) => `${index}/${count}`) };
    } catch (error) {
      store.close();
      throw error;
    }
  } finally {
    for (const shard of shards) shard.close();
  }
}
