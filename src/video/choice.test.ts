import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fitFirstFrame,
  fitOffer,
  NotOffered,
  protocolSeconds,
  protocolSizes,
  refuseRetired,
  resolveModel,
} from './choice.ts';

const models = [{ id: 'simulator/test-pattern' }, { id: 'openai/default' }];
const choices = {
  models: () => models,
  aliases: () => ({ 'sora-2': 'simulator/test-pattern', 'sora-2-pro': 'not/there' }),
  defaultModel: () => 'openai/default',
  get: (id: string) => models.find((model) => model.id === id),
};

describe('a model', () => {
  test('is found by its full id', () => {
    expect(resolveModel(choices, 'openai/default')).toEqual({ model: { id: 'openai/default' }, byAlias: false });
  });
  test('is found by an alias', () => {
    expect(resolveModel(choices, 'sora-2')).toEqual({ model: { id: 'simulator/test-pattern' }, byAlias: true });
  });
  test.each([undefined, null])('that was left out is the default: %s', (asked) => {
    expect(resolveModel(choices, asked)).toEqual({ model: { id: 'openai/default' }, byAlias: true });
  });
  test.each(['sora-3', '', 'default', 'constructor', 'sora-2-pro'])(
    'that is not known is refused, with what is: %j',
    (asked) => {
      expect(() => resolveModel(choices, asked)).toThrow(NotOffered);
      expect(() => resolveModel(choices, asked)).toThrow(
        expect.objectContaining({ name: 'NotOffered', param: 'model' }),
      );
      expect(() => resolveModel(choices, asked)).toThrow('offered: simulator/test-pattern, openai/default');
    },
  );
});

const offer = { sizes: ['1280x720', '720x1280', '640x360'], seconds: [4, 6, 10] };

describe('what is asked for', () => {
  test('is rendered where it is offered', () => {
    expect(fitOffer(offer, { seconds: 6, size: '640x360' }, false)).toEqual({
      seconds: 6,
      size: '640x360',
      warnings: [],
    });
  });

  test('becomes the nearest where the model came by alias, and is said', () => {
    const { seconds, size, warnings } = fitOffer(offer, { seconds: 20, size: '1920x1080' }, true);
    expect({ seconds, size }).toEqual({ seconds: 10, size: '1280x720' });
    expect(warnings).toHaveLength(2);
    expect(fitOffer(offer, { seconds: 8, size: '1024x1792' }, true)).toMatchObject({ seconds: 6, size: '720x1280' });
  });

  test('keeps its shape before its size, and is as near in size as can be', () => {
    const size = (...sizes: string[]) =>
      fitOffer({ sizes, seconds: null }, { seconds: 4, size: '1920x1080' }, true).size;
    expect(size('640x360', '1440x1440')).toBe('640x360');
    expect(size('640x360', '1280x720')).toBe('1280x720');
    expect(size('1280x720', '640x360')).toBe('1280x720');
    // As far above as below: the first.
    expect(size('960x540', '3840x2160')).toBe('960x540');
    expect(size('3840x2160', '960x540')).toBe('3840x2160');
  });

  test('of two lengths equally near becomes the shorter', () => {
    expect(fitOffer({ sizes: null, seconds: [10, 6] }, { seconds: 8, size: '1x1' }, true).seconds).toBe(6);
  });

  test.each([
    [{ seconds: 12, size: '1280x720' }, false, 'seconds', 'offered: 4, 6, 10'],
    [{ seconds: 7, size: '1280x720' }, true, 'seconds', 'offered: 4, 6, 10'],
    [{ seconds: 4, size: '1920x1080' }, false, 'size', 'offered: 1280x720, 720x1280, 640x360'],
    [{ seconds: 4, size: '123x45' }, true, 'size', 'offered: 1280x720'],
  ])('is refused otherwise: %j', (asked, byAlias, param, message) => {
    expect(() => fitOffer(offer, asked, byAlias)).toThrow(expect.objectContaining({ param }));
    expect(() => fitOffer(offer, asked, byAlias)).toThrow(message);
  });

  test('passes unchecked where the model names nothing', () => {
    const asked = { seconds: 7.5, size: '123x45' };
    expect(fitOffer({ sizes: null, seconds: null }, asked, false)).toEqual({ ...asked, warnings: [] });
  });

  const sizeOf = fc
    .tuple(fc.integer({ min: 16, max: 4096 }), fc.integer({ min: 16, max: 4096 }))
    .map(([w, h]) => `${w}x${h}`);
  const offers = fc.record({
    sizes: fc.option(fc.uniqueArray(sizeOf, { minLength: 1, maxLength: 6 })),
    seconds: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })),
  });

  test('by alias, every value of the protocol becomes one that is offered, and as near as can be', () => {
    fc.assert(
      fc.property(
        offers,
        fc.constantFrom(...protocolSeconds),
        fc.constantFrom(...protocolSizes),
        (any, seconds, size) => {
          const fitted = fitOffer(any, { seconds, size }, true);
          const changed = Number(fitted.seconds !== seconds) + Number(fitted.size !== size);
          expect(fitted.warnings).toHaveLength(changed);
          if (any.sizes) expect(any.sizes).toContain(fitted.size);
          if (!any.seconds) return;
          expect(any.seconds).toContain(fitted.seconds);
          const nearest = Math.min(...any.seconds.map((one) => Math.abs(one - seconds)));
          expect(Math.abs(fitted.seconds - seconds)).toBe(nearest);
        },
      ),
    );
  });

  test('by full id, nothing is ever changed', () => {
    fc.assert(
      fc.property(offers, fc.integer({ min: 1, max: 60 }), sizeOf, (any, seconds, size) => {
        const offered = (any.sizes?.includes(size) ?? true) && (any.seconds?.includes(seconds) ?? true);
        if (offered) expect(fitOffer(any, { seconds, size }, false)).toEqual({ seconds, size, warnings: [] });
        else expect(() => fitOffer(any, { seconds, size }, false)).toThrow(NotOffered);
      }),
    );
  });
});

describe('a model that ends', () => {
  const veo2 = { id: 'google/veo-2', retires: { on: '2026-12-01', instead: 'google/veo-3' } };
  test.each([
    ['2026-10-30T00:00:00Z', null],
    ['2026-11-01T00:00:00Z', null],
    ['2026-11-01T00:00:00.001Z', 'google/veo-2 ends on 2026-12-01; take google/veo-3 instead'],
    ['2026-11-21T00:00:00Z', 'google/veo-2 ends on 2026-12-01; take google/veo-3 instead'],
    ['2026-12-01T23:59:59Z', 'google/veo-2 ends on 2026-12-01; take google/veo-3 instead'],
  ])('is told of a month before: %s', (now, warning) => {
    expect(refuseRetired(veo2, new Date(now))).toBe(warning);
  });
  test('is refused after its last day, with what to take instead', () => {
    expect(() => refuseRetired(veo2, new Date('2026-12-02T00:00:00Z'))).toThrow(
      'google/veo-2 is offered no more since 2026-12-01; take google/veo-3 instead',
    );
  });
  test('is told without another where there is none', () => {
    const last = { id: 'a/b', retires: { on: '2026-12-01', instead: null } };
    expect(refuseRetired(last, new Date('2026-11-30T00:00:00Z'))).toBe('a/b ends on 2026-12-01');
    expect(() => refuseRetired(last, new Date('2026-12-02T00:00:00Z'))).toThrow(
      expect.objectContaining({ param: 'model' }),
    );
  });
  test('is none where no end is known', () => {
    expect(refuseRetired({ id: 'a/b', retires: null }, new Date())).toBe(null);
  });
});

describe('a first frame', () => {
  test.each([
    ['no', ['asset_1'], 'takes no first frame'],
    ['required', [], 'needs an image'],
  ] as const)('where it is %s: %j is refused', (firstFrame, inputs, message) => {
    expect(() => fitFirstFrame({ id: 'a/b', firstFrame }, inputs)).toThrow(message);
    expect(() => fitFirstFrame({ id: 'a/b', firstFrame }, inputs)).toThrow(
      expect.objectContaining({ param: 'inputs' }),
    );
  });
  test.each([
    ['no', []],
    ['required', ['asset_1']],
    ['optional', []],
    ['optional', ['asset_1']],
    [null, ['asset_1']],
  ] as const)('where it is %s: %j is fine', (firstFrame, inputs) => {
    expect(() => fitFirstFrame({ id: 'a/b', firstFrame }, inputs)).not.toThrow();
  });
});
