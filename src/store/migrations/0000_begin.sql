CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_sha256_unique" UNIQUE("sha256")
);
--> statement-breakpoint
CREATE TABLE "assets" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"video_id" text,
	"attempt_id" text,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"content_type" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"width" integer,
	"height" integer,
	"duration_ms" integer,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" text PRIMARY KEY NOT NULL,
	"video_id" text NOT NULL,
	"n" integer NOT NULL,
	"provider" text NOT NULL,
	"request" jsonb NOT NULL,
	"request_hash" text NOT NULL,
	"sent_at" timestamp with time zone,
	"operation" jsonb,
	"upstream_id" text,
	"outcome" text,
	"error" text,
	"checks" integer NOT NULL,
	"watch_until" timestamp with time zone,
	"watch" jsonb NOT NULL,
	"raw" jsonb
);
--> statement-breakpoint
CREATE TABLE "boots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "boots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "durations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "durations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"model" text NOT NULL,
	"seconds" double precision NOT NULL,
	"size" text NOT NULL,
	"render_ms" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"video_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"actor" jsonb NOT NULL,
	"state_before" text,
	"state_after" text,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_state" (
	"provider" text PRIMARY KEY NOT NULL,
	"unclear_starts" integer NOT NULL,
	"stopped_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "videos" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"shot_id" text NOT NULL,
	"take_no" integer NOT NULL,
	"project" text,
	"prompt" text NOT NULL,
	"model" text,
	"resolved_model" text NOT NULL,
	"provider" text NOT NULL,
	"seconds" double precision NOT NULL,
	"size" text NOT NULL,
	"seed" bigint,
	"inputs" text[] NOT NULL,
	"settings" jsonb NOT NULL,
	"priority" smallint NOT NULL,
	"state" text NOT NULL,
	"progress" integer NOT NULL,
	"progress_source" text,
	"upstream_queued" boolean NOT NULL,
	"error_code" text,
	"error_message" text,
	"remixed_from" text,
	"starred_at" timestamp with time zone,
	"clip_asset_id" text,
	"check_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"claimed_until" timestamp with time zone,
	"claim_seq" integer NOT NULL,
	"woken" boolean NOT NULL,
	"watched_until" timestamp with time zone,
	"deadline_at" timestamp with time zone,
	"cancel_requested_at" timestamp with time zone,
	"poisoned_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"hidden_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"token" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_user_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assets" ADD CONSTRAINT "assets_video_id_videos_id_fk" FOREIGN KEY ("video_id") REFERENCES "public"."videos"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_video_id_videos_id_fk" FOREIGN KEY ("video_id") REFERENCES "public"."videos"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_video_id_videos_id_fk" FOREIGN KEY ("video_id") REFERENCES "public"."videos"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_owner" ON "api_keys" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "assets_video" ON "assets" USING btree ("video_id");--> statement-breakpoint
CREATE INDEX "assets_owner" ON "assets" USING btree ("owner_id");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_video_n" ON "attempts" USING btree ("video_id","n");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_upstream" ON "attempts" USING btree ("provider","upstream_id") WHERE upstream_id is not null;--> statement-breakpoint
CREATE INDEX "attempts_lost" ON "attempts" USING btree ("provider","request_hash") WHERE operation is null and outcome is null and sent_at is not null;--> statement-breakpoint
CREATE INDEX "durations_kind" ON "durations" USING btree ("model","seconds","size","id");--> statement-breakpoint
CREATE INDEX "events_order" ON "events" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "events_video" ON "events" USING btree ("video_id","id");--> statement-breakpoint
CREATE INDEX "videos_watch" ON "videos" USING btree ("provider","check_at","id") WHERE check_at is not null and state <> 'storing';--> statement-breakpoint
CREATE INDEX "videos_collect" ON "videos" USING btree ("provider","check_at","id") WHERE check_at is not null and state = 'storing';--> statement-breakpoint
CREATE INDEX "videos_next_due" ON "videos" USING btree ("check_at") WHERE check_at is not null;--> statement-breakpoint
CREATE INDEX "videos_slots" ON "videos" USING btree ("provider","owner_id") WHERE state in ('submitting', 'unknown', 'running', 'canceling') or (state = 'queued' and check_at is not null);--> statement-breakpoint
CREATE INDEX "videos_line" ON "videos" USING btree ("provider","owner_id","priority" DESC NULLS FIRST,"created_at","id") WHERE state = 'queued' and check_at is null;--> statement-breakpoint
CREATE INDEX "videos_owner" ON "videos" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "videos_owner_state" ON "videos" USING btree ("owner_id","state");--> statement-breakpoint
CREATE INDEX "videos_shot" ON "videos" USING btree ("shot_id");--> statement-breakpoint
CREATE INDEX "account_user" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "verification" USING btree ("identifier");--> statement-breakpoint
CREATE VIEW "public"."sora_videos" AS (select id as sora_job_id,
    case
      when state in ('queued', 'submitting') or (state = 'running' and upstream_queued) then 'queued'
      when state in ('failed', 'canceled', 'overdue') then 'failed'
      when state = 'completed' then 'completed'
      else 'in_progress'
    end as sora_generation_status,
    case when state = 'completed' then '/api/videos/' || id || '/content' end as sora_video_url,
    coalesce(accepted_at, created_at) as sora_started_at,
    completed_at as sora_completed_at,
    case
      when state = 'overdue' then 'Generation timed out after ' ||
        round(extract(epoch from deadline_at - accepted_at) / 60) || ' minutes'
      when state in ('failed', 'canceled') then coalesce(error_message, error_code)
    end as sora_error_message,
    settings || jsonb_build_object('model', coalesce(model, resolved_model), 'prompt', prompt, 'size', size, 'seconds', seconds) as sora_settings
    from videos where hidden_at is null);