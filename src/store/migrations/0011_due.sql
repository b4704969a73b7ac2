DROP INDEX "videos_watch";--> statement-breakpoint
DROP INDEX "videos_collect";--> statement-breakpoint
DROP INDEX "videos_next_due";--> statement-breakpoint
CREATE INDEX "videos_due" ON "videos" USING btree ("provider",(state = 'storing'),"check_at","id") WHERE check_at is not null;--> statement-breakpoint
CREATE INDEX "videos_rests" ON "videos" USING btree (coalesce(not_before, '-infinity')) WHERE state = 'queued' and check_at is null;