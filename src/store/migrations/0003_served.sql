CREATE TABLE "served" (
	"provider" text NOT NULL,
	"owner_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "served_provider_owner_id_pk" PRIMARY KEY("provider","owner_id")
);
