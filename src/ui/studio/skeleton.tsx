const rows = [
  { wide: 1.78, tall: 0.56, long: 1.78, square: 1 },
  { first: 1.78, second: 1.78, tall: 0.56 },
];

/** Where the takes will stand, before they are here. */
export function Skeleton() {
  return (
    <div aria-hidden="true" className="grid gap-6">
      {rows.map((row) => (
        <div key={Object.keys(row).join()} className="flex gap-4 max-sm:flex-col">
          {Object.entries(row).map(([name, aspect]) => (
            <div
              key={name}
              className="rounded-card bg-raised max-sm:w-full"
              style={{ aspectRatio: aspect, flexGrow: aspect, flexBasis: 0 }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
