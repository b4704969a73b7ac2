import { defineConfig } from 'drizzle-kit';

/** `npm run db:generate` writes the next migration from what changed in the schema. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/schema/*.ts',
  out: './src/store/migrations',
});
