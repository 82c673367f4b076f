/** Every ArrayBuffer in a plain value, once each: what may be handed to another thread without a copy. */
export function transferables(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) {
      // A view of a larger buffer is copied: the rest of that buffer may still be in use.
      const { buffer } = part;
      if (buffer instanceof ArrayBuffer && part.byteLength === buffer.byteLength) buffers.add(buffer);
    } else if (Array.isArray(part)) part.forEach(visit);
    else if (part !== null && typeof part === 'object') Object.values(part).forEach(visit);
  };
  visit(value);
  return [...buffers];
}
