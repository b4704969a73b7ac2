CREATE TABLE "hook_deliveries" (
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"attempt_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "hook_deliveries_provider_event_id_pk" PRIMARY KEY("provider","event_id")
);
--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "failing_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "failing_video" text;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "opened_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "next_try_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "trial_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "calls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "refused_calls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_state" ADD COLUMN "missed_calls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "hook_deliveries_attempt" ON "hook_deliveries" USING btree ("attempt_id");--> statement-breakpoint
CREATE INDEX "hook_deliveries_at" ON "hook_deliveries" USING btree ("at");