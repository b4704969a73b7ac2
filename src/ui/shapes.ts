import type { z } from 'zod';
import type { sessionSchema } from '#api/auth/wire.ts';
import type * as wire from '#api/wire.ts';

/** The wire's shapes by name. Types only: the schemas, and zod with them, stay out of the browser's bundle. */
export type { CostView, CreateInput, LiveMessage, ModelView, VideoView } from '#api/wire.ts';

export type CommandAnswer = z.infer<typeof wire.commandAnswerSchema>;
export type DecideBody = z.infer<typeof wire.decideSchema>;
export type Envelope = z.infer<typeof wire.errorSchema>['error'];
export type Eta = z.infer<typeof wire.etaSchema>;
export type Failure = z.infer<typeof wire.failureSchema>;
export type FileView = z.infer<typeof wire.fileSchema>;
export type Models = z.infer<typeof wire.modelsSchema>;
export type Page = z.infer<typeof wire.pageSchema>;
export type Price = z.infer<typeof wire.priceSchema>;
export type Priority = z.infer<typeof wire.prioritySchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Timeline = z.infer<typeof wire.timelineSchema>;
export type TimelineEvent = Timeline['events'][number];
