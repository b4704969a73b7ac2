import { expect, it } from 'vitest';
import { publicOrigin } from './public-origin.ts';

it.each(['https://studio.example.com', 'https://studio.example.com:8443', 'https://93.184.216.34'])(
  'takes %s as what the internet can call',
  (url) => {
    expect(publicOrigin(`${url}/somewhere`)).toBe(url);
  },
);

it.each([
  null,
  '',
  'nonsense',
  'http://studio.example.com',
  'https://localhost',
  'https://studio.localhost:3000',
  'https://127.0.0.1',
  'https://10.0.0.5',
  'https://192.168.1.20:3000',
  'https://[::1]',
  'https://[fd00::1]',
  'https://[::ffff:10.0.0.1]',
  'https://studio',
  'https://studio.local',
  'https://studio.internal.',
])('knows that nobody can call %s from outside', (url) => {
  expect(publicOrigin(url)).toBeNull();
});
