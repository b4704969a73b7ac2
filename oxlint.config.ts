import type { OxlintConfig } from 'oxlint';

type ImportRule = NonNullable<OxlintConfig['rules']>['no-restricted-imports'];

/** What stands in src/, each with the `#name` that the others import it by. */
const rooms = [
  'video',
  'net',
  'simulator',
  'engine',
  'store',
  'providers',
  'media',
  'notify',
  'api',
  'ui',
  'config.ts',
  'boot.ts',
] as const;
type Room = (typeof rooms)[number];

interface Direction {
  files: string[];
  room?: Room;
  /** Rooms whose code may be imported, beside the room's own. */
  code?: Room[];
  /** Rooms of which only types may pass: the contract, never the work. */
  types?: Room[];
  /** The files of another room that may pass, where the rest of that room may not. */
  only?: { room: Room; paths: string[] };
  /** The packages that may be imported; every package where it is left out. */
  packages?: string[];
  database?: boolean;
  why: string;
}

const directions: Direction[] = [
  {
    room: 'video',
    files: ['src/video/**'],
    packages: ['zod'],
    why: 'What a video is must be true without a clock, a disk or a network, so that every rule of its life can be tested as a function.',
  },
  {
    room: 'net',
    files: ['src/net/**'],
    why: 'A safe fetch knows addresses and nothing of videos: what guards against strangers must be readable on its own.',
  },
  {
    room: 'simulator',
    files: ['src/simulator/**'],
    why: 'The simulator stands for a stranger on the other side of the wire: with our code inside, it would agree with our mistakes.',
  },
  {
    room: 'engine',
    files: ['src/engine/**'],
    code: ['video'],
    why: 'The engine moves videos through the ports it names in system.ts: it must run the same on any store, provider, disk and clock.',
  },
  {
    room: 'store',
    files: ['src/store/**'],
    code: ['video'],
    types: ['engine'],
    database: true,
    why: 'The store keeps what it is given and decides nothing: it meets the engine only as the shape of a port.',
  },
  {
    room: 'providers',
    files: ['src/providers/**'],
    code: ['video', 'net'],
    types: ['engine'],
    why: 'A provider speaks one protocol and knows neither rows nor files: one folder must hold all there is to know about it.',
  },
  {
    room: 'media',
    files: ['src/media/**'],
    code: ['video', 'net'],
    types: ['engine'],
    why: 'Media puts bytes in a safe place and knows neither rows nor providers: disk and S3 must be exchangeable.',
  },
  {
    room: 'notify',
    files: ['src/notify/**'],
    code: ['video', 'net'],
    types: ['engine'],
    why: 'Telling comes after saving: whoever tells reads what was committed and can change nothing.',
  },
  {
    room: 'api',
    files: ['src/api/**'],
    code: ['video', 'engine', 'net'],
    types: ['store', 'providers', 'media', 'notify'],
    why: 'HTTP is one face of the engine: it reaches everything else through System, so that a route cannot open a second door.',
  },
  {
    room: 'api',
    files: ['src/api/auth/**', 'src/api/auth*.ts'],
    code: ['video', 'engine', 'net'],
    types: ['store', 'providers', 'media', 'notify'],
    database: true,
    why: 'Sign-in hands the database to Better Auth and does nothing else with it.',
  },
  {
    room: 'ui',
    files: ['src/ui/**'],
    only: {
      room: 'api',
      paths: [
        '#api/wire.ts',
        '#api/auth/wire.ts',
        '#api/admin/wire.ts',
        '#api/settings/wire.ts',
        '#api/usage/wire.ts',
        '#api/keys/wire.ts',
        '#api/people/wire.ts',
        '#api/webhooks/wire.ts',
      ],
    },
    why: 'The browser knows what goes over the wire and nothing behind it: what is imported here is sent to everybody.',
  },
  {
    files: ['src/app/**'],
    code: ['ui'],
    why: 'Pages only arrange what ui/ draws: Next builds and prerenders them, and must never open the database.',
  },
  {
    files: ['src/app/**/*.vercel.ts'],
    code: ['ui', 'api', 'boot.ts', 'config.ts'],
    why: 'A mount for Vercel hands the request to api/ and does nothing else.',
  },
  {
    room: 'config.ts',
    files: ['src/config.ts'],
    code: ['video'],
    why: 'Configuration is read before anything runs: whatever it imported would run first.',
  },
  {
    files: ['src/boot.ts', 'src/server.ts', 'src/worker.ts'],
    code: [...rooms],
    database: true,
    why: 'Here the parts meet; the pages are built by Next and never imported.',
  },
];

const inside = (room: Room) => (room.endsWith('.ts') ? `#${room}` : `#${room}/**`);

const databasePackages = ['pg', 'pg/**', 'drizzle-orm', 'drizzle-orm/**', '@electric-sql/pglite', '@electric-sql/**'];
const whyDatabase = 'Only store/ writes SQL: a second reader of the tables would be a second truth about a video.';
const whyEnvironment = 'Only config.ts reads the environment: everything else takes what it needs as a parameter.';

const leavingTheRoom = {
  regex: `^(\\./)?(\\.\\./)+(app|server\\.ts|worker\\.ts|${rooms.join('|').replaceAll('.', '\\.')})(/|$)`,
  message: 'Another room is imported by #room/file.ts: a relative path would slip past the rules about directions.',
};
const environmentImports = [
  { name: 'node:process', importNames: ['env', 'default'], message: whyEnvironment },
  { name: 'process', message: `${whyEnvironment} What else is needed comes from node:process by name.` },
];

function restrictImports({ room, code = [], types = [], only, packages, database, why }: Direction): ImportRule {
  const open = [room, ...code, ...types, only?.room];
  const shut = rooms.filter((other) => !open.includes(other));
  const patterns = [
    leavingTheRoom,
    ...shut.map((other) => ({ group: [inside(other)], message: why })),
    ...types.map((other) => ({ group: [inside(other)], allowTypeImports: true, message: `Types only. ${why}` })),
    ...(only ? [{ group: [inside(only.room), ...only.paths.map((path) => `!${path}`)], message: why }] : []),
    ...(database ? [] : [{ group: databasePackages, message: whyDatabase }]),
    // Last, because a negated pattern that matches ends the search.
    ...(packages
      ? [{ group: ['**', '!./**', '!../**', '!#**', ...packages.map((name) => `!${name}`)], message: why }]
      : []),
  ];
  return ['error', { paths: environmentImports, patterns }];
}

const config: OxlintConfig = {
  plugins: ['import', 'typescript'],
  categories: { correctness: 'off' },
  ignorePatterns: ['.next/**', 'src/store/migrations/**'],
  rules: {
    // Two files that need each other are one file; and a cycle has no bottom to begin reading at.
    'import/no-cycle': 'error',
    // An error that nobody sees is a video that nobody finds.
    'no-empty': 'error',
    'no-restricted-imports': ['error', { paths: environmentImports, patterns: [leavingTheRoom] }],
    'no-restricted-properties': [
      'error',
      { object: 'process', property: 'env', message: whyEnvironment },
      { object: 'globalThis', property: 'process', message: whyEnvironment },
      { object: 'global', property: 'process', message: whyEnvironment },
    ],
  },
  overrides: [
    ...directions.map((direction) => ({
      files: direction.files,
      rules: { 'no-restricted-imports': restrictImports(direction) },
    })),
    {
      // A test may call in whoever helps it to prove its point; the environment and the paths stay as they are.
      files: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'src/**/testing.ts'],
      rules: {
        'no-restricted-imports': ['error', { paths: environmentImports, patterns: [leavingTheRoom] }],
      },
    },
    {
      // Those that stand before or beside the program: they start it, build it or measure it.
      files: ['src/config.ts', 'bin/**', 'bench/**', '*.config.ts', 'test/global-setup.ts', 'test/e2e/browser.ts'],
      rules: { 'no-restricted-properties': 'off' },
    },
  ],
};

export default config;
