/**
 * sharp (libvips), set up for untrusted files: only the loaders of our formats, no cache that keeps patients' pixels,
 * one thread per image (the decoding pool is what runs in parallel).
 */
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadTiff', 'VipsForeignLoadWebp'],
});

export { sharp };
