import { Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Env } from '../misbehaviour.ts';
import { startCallbacks } from './callbacks.ts';
import { createFal, falMessage } from './fal.ts';
import { createGoogle } from './google.ts';
import { createReplicate, replicateMessage } from './replicate.ts';
import type { ServiceOptions } from './service.ts';
import { openSigning } from './signing.ts';
import { createXai } from './xai.ts';

type HostedOptions = Omit<ServiceOptions, 'signing'> & {
  /** The keys of the webhooks live here. */
  dataDir: string;
  /** See `startCallbacks`. */
  tunnel: string | null;
  now: () => number;
  closing: AbortSignal;
};

/** The wires of hosted services, as their clients speak them: what stands in for each service's address. */
export const hostedPaths = {
  fal: '/fal',
  google: '/google/v1beta',
  replicate: '/replicate/v1',
  xai: '/xai/v1',
} as const;

export function createHosted({ dataDir, tunnel, now, closing, ...shared }: HostedOptions): Hono<Env> {
  const signing = openSigning(dataDir);
  const options: ServiceOptions = { ...shared, signing };
  const { jobs } = shared;
  startCallbacks({
    jobs,
    messageOf: {
      fal: (job, atMs) => falMessage(jobs, signing, job, atMs),
      replicate: (job, atMs) => replicateMessage(jobs, signing, job, atMs),
    },
    tunnel,
    now,
    closing,
  });
  const services = new Hono<Env>();
  const makers = { fal: createFal, google: createGoogle, replicate: createReplicate, xai: createXai };
  for (const [name, make] of Object.entries(makers)) {
    const service = make(options);
    service.all('*', () => {
      throw new ApiError(404, 'Not Found');
    });
    services.route(`/${name}`, service);
  }
  return services;
}
