CREATE TABLE "budgets" (
	"owner_id" text PRIMARY KEY NOT NULL,
	"cap_micro_usd" bigint
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner_id" text NOT NULL,
	"video_id" text NOT NULL,
	"attempt_id" text NOT NULL,
	"kind" text NOT NULL,
	"amount_micro_usd" bigint NOT NULL,
	"source" text,
	"model" text NOT NULL,
	"day" date NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "estimate_micro_usd" bigint;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "cost_micro_usd" bigint;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "cost_source" text;--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_attempt_kind" ON "ledger" USING btree ("attempt_id","kind");--> statement-breakpoint
CREATE INDEX "ledger_owner_day" ON "ledger" USING btree ("owner_id","day");--> statement-breakpoint
CREATE INDEX "ledger_day" ON "ledger" USING btree ("day");