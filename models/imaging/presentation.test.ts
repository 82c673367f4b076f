import { expect, test } from 'vitest';
import { isTransformed, transformRectangle, UNCHANGED, type Presentation } from './presentation.ts';

const image = { width: 40, height: 30 };
const corner = { left: 1, top: 2, width: 10, height: 5 };

test.each<[Partial<Presentation>, [left: number, top: number, width: number, height: number]]>([
  [{}, [1, 2, 10, 5]],
  [{ flipHorizontal: true }, [29, 2, 10, 5]],
  [{ flipVertical: true }, [1, 23, 10, 5]],
  [{ rotation: 90 }, [23, 1, 5, 10]],
  [{ rotation: 180 }, [29, 23, 10, 5]],
  [{ rotation: 270 }, [2, 29, 5, 10]],
  [{ flipHorizontal: true, rotation: 90 }, [23, 29, 5, 10]],
])('a rectangle after %j', (change, [left, top, width, height]) => {
  const transform = { ...UNCHANGED, ...change };
  expect(transformRectangle(corner, image, transform)).toEqual({ left, top, width, height });
  expect(isTransformed(transform)).toBe(Object.keys(change).length > 0);
});
