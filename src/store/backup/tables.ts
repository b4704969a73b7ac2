import type { Queryable } from '#store/database/database.ts';

/** A table of our schema; those that it refers to come before it. */
export type Table = {
  name: string;
  columns: string[];
  /** Numbers its rows by itself: the column, whose counter has to follow a load. */
  counter: string | null;
};

/** What the migrations themselves write down. */
const bookkeeping = 'migrations';

/** Every table that holds something, read from the database itself: a new table needs no line here. */
export async function tablesOf(on: Queryable, schema: string): Promise<Table[]> {
  const columns = await on.query<{ table: string; column: string; counts: boolean }>(
    `select c.table_name as "table", c.column_name as "column", c.is_identity = 'YES' as counts
     from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = $1 and t.table_type = 'BASE TABLE' and c.table_name <> $2 and c.is_generated = 'NEVER'
     order by c.table_name, c.ordinal_position`,
    [schema, bookkeeping],
  );
  const references = await on.query<{ from: string; to: string }>(
    `select f.relname as "from", t.relname as "to"
     from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     join pg_namespace n on n.oid = k.connamespace
     where k.contype = 'f' and n.nspname = $1 and f.oid <> t.oid`,
    [schema],
  );
  const tables = Map.groupBy(columns, ({ table }) => table);
  const ordered: Table[] = [];
  const add = (name: string, path: string[]) => {
    if (ordered.some((table) => table.name === name)) return;
    if (path.includes(name)) throw new Error(`tables refer to each other in a circle: ${[...path, name].join(', ')}`);
    for (const { to } of references.filter(({ from }) => from === name)) add(to, [...path, name]);
    const own = tables.get(name) ?? [];
    const counter = own.find(({ counts }) => counts)?.column ?? null;
    ordered.push({ name, columns: own.map(({ column }) => column), counter });
  };
  for (const name of tables.keys()) add(name, []);
  return ordered;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
