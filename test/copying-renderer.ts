import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Picture } from '#simulator/picture/picture.ts';
import { type RenderedFiles, Renderer, type Renders, variants } from '#simulator/picture/render.ts';

type Clip = { files: RenderedFiles; contents: Record<keyof RenderedFiles, Buffer> };
const drawn = new Map<string, Promise<Clip>>();

/** Draws one clip of each size and length in this process, and copies it from then on: a thread that draws costs 0.5 s. */
export function copyingRenderer(): Renders {
  let closed = false;
  return {
    async render({ picture, paths }) {
      const { width, height, seconds, fps } = picture;
      const key = [width, height, seconds, fps].join();
      const drawing = drawn.get(key) ?? draw(picture);
      drawn.set(key, drawing);
      const { files, contents } = await drawing;
      // As for one that draws: what is not finished stays unsettled.
      if (closed) return new Promise(() => {});
      for (const variant of variants) writeFileSync(paths[variant], contents[variant]);
      return files;
    },
    drop() {},
    async close() {
      closed = true;
    },
  };
}

async function draw(picture: Picture): Promise<Clip> {
  const dir = mkdtempSync(join(tmpdir(), 'dailies-clip-'));
  const renderer = new Renderer();
  const [video, thumbnail, spritesheet] = [join(dir, 'video'), join(dir, 'thumbnail'), join(dir, 'spritesheet')];
  const files = await renderer.render({ picture, paths: { video, thumbnail, spritesheet } });
  await renderer.close();
  const contents = {
    video: readFileSync(video),
    thumbnail: readFileSync(thumbnail),
    spritesheet: readFileSync(spritesheet),
  };
  rmSync(dir, { recursive: true });
  return { files, contents };
}
