ALTER TABLE "assets" ADD COLUMN "name" text;--> statement-breakpoint
ALTER TABLE "assets" ADD COLUMN "purpose" text;--> statement-breakpoint
CREATE INDEX "assets_references" ON "assets" USING btree ("owner_id","id") WHERE kind = 'reference';--> statement-breakpoint
CREATE INDEX "assets_key" ON "assets" USING btree ("key");--> statement-breakpoint
CREATE INDEX "videos_inputs" ON "videos" USING gin ("inputs") WHERE inputs <> '{}';