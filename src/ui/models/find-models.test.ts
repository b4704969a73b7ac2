import { expect, test } from 'vitest';
import { sampleModel } from '#ui/testing.ts';
import { find, groupByProvider } from './find-models.ts';

const pattern = sampleModel();
const veo = sampleModel({ id: 'google/veo-3.1', provider: 'google', provider_name: 'Google', label: 'Veo 3.1' });
const fast = sampleModel({ id: 'google/veo-3.1-fast', provider: 'google', provider_name: 'Google', label: 'Veo Fast' });

test('a model is found by the words of its name, id and provider', () => {
  expect(find([pattern, veo, fast], 'google veo fast')).toEqual([fast]);
  expect(find([pattern, veo, fast], ' ')).toEqual([pattern, veo, fast]);
  expect(find([pattern, veo, fast], 'sora')).toEqual([]);
});

test('the models of a provider stand together', () => {
  expect(groupByProvider([veo, pattern, fast])).toEqual([
    { name: 'Google', models: [veo, fast] },
    { name: 'Simulator', models: [pattern] },
  ]);
});
