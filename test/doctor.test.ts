import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config.ts';
import { checkBucket, checkModels, checkProviders } from '../bin/symptoms.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-doctor-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const configOf = (env: Record<string, string>) => loadConfig({ DAILIES_DATA_DIR: dir, ...env }, dir);

describe('the doctor', () => {
  test('says which providers are there, and from which variable, without the key', () => {
    const findings = checkProviders(configOf({ FAL_KEY: 'canary-key', XAI_API_KEY: 'canary-key' }));
    expect(findings.map(({ text }) => text)).toEqual([
      expect.stringContaining('simulator, built in'),
      'provider: fal, from FAL_KEY',
      'provider: xai, from XAI_API_KEY',
    ]);
  });

  test('finds what is wrong with the file of models', async () => {
    expect(await checkModels(configOf({}))).toEqual([]);
    writeFileSync(join(dir, 'models.json'), '{"models":[{"id":"no slash"}]}');
    expect(await checkModels(configOf({}))).toMatchObject([{ verdict: 'problem' }]);
  });

  test('asks the bucket, and tells of neither its address nor its keys', async () => {
    expect(await checkBucket(configOf({}))).toEqual([]);
    const keys = { S3_ACCESS_KEY_ID: 'canary-id', S3_SECRET_ACCESS_KEY: 'canary-secret' };
    const [finding] = await checkBucket(configOf({ S3_BUCKET: 'clips', S3_ENDPOINT: 'http://127.0.0.1:1', ...keys }));
    expect(finding).toMatchObject({ verdict: 'problem', text: expect.stringContaining('the bucket clips') });
    expect(finding?.text).not.toMatch(/canary|127\.0\.0\.1/);
  });
});
