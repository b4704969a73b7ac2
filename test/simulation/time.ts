/** Virtual time: it stands still while anybody has something to do, and then jumps to the next thing that is waited for. */
export type Time = {
  /** Milliseconds since 1970, of the world: the database's time. */
  nowMs(): number;
  /** Ends early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Somebody did something: the present is not over yet. */
  stir(): void;
  /** The same object; time stands still while anything that it was asked is without an answer. */
  attended<T extends object>(port: T): T;
  /** Lets time pass until `done`, at most `forMs`; false = it was not done by then. */
  run(forMs: number, done: () => boolean): Promise<boolean>;
};

type Sleeper = { atMs: number; nth: number; wake: () => void; gone: boolean };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** `gridMs`: what happens within so long happens at the same moment: more races in less time. */
export function createTime(startMs: number, gridMs = 250): Time {
  const onGrid = (ms: number) => Math.ceil(ms / gridMs) * gridMs;
  let nowMs = startMs;
  let stirs = 0;
  let nth = 0;
  const heap = createHeap();
  let unanswered = 0;
  let answered = Promise.withResolvers<void>();

  async function attend<T>(answer: Promise<T>): Promise<T> {
    unanswered++;
    try {
      return await answer;
    } finally {
      stirs++;
      unanswered--;
      if (unanswered === 0) {
        answered.resolve();
        answered = Promise.withResolvers();
      }
    }
  }

  /** Two turns of the event loop without a stir: a save that is gathered for the next turn is not missed. */
  async function settle(): Promise<void> {
    for (;;) {
      const before = stirs;
      await turn();
      await turn();
      if (unanswered > 0) await answered.promise;
      else if (stirs === before) return;
    }
  }

  return {
    nowMs: () => nowMs,
    stir: () => {
      stirs++;
    },
    attended<T extends object>(port: T): T {
      const out = { ...port } as Record<string, unknown>;
      for (const [name, call] of Object.entries(port)) {
        if (typeof call !== 'function') continue;
        out[name] = (...args: unknown[]) => {
          const answer = call(...args);
          return answer instanceof Promise ? attend(answer) : answer;
        };
      }
      return out as T;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        stirs++;
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = { atMs: onGrid(nowMs + Math.max(0, ms)), nth: nth++, wake, gone: false };
        function wake() {
          if (sleeper.gone) return;
          sleeper.gone = true;
          stirs++;
          signal?.removeEventListener('abort', wake);
          resolve();
        }
        signal?.addEventListener('abort', wake, { once: true });
        heap.push(sleeper);
      }),
    async run(forMs, done) {
      const endMs = nowMs + forMs;
      for (;;) {
        await settle();
        if (done()) return true;
        let next = heap.peek();
        while (next?.gone) {
          heap.pop();
          next = heap.peek();
        }
        if (!next || next.atMs > endMs) return false;
        nowMs = Math.max(nowMs, next.atMs);
        // Whoever waits for the same moment wakes together.
        for (; next && next.atMs <= nowMs; next = heap.peek()) {
          heap.pop();
          next.wake();
        }
      }
    },
  };
}

const before = (a: Sleeper, b: Sleeper) => a.atMs < b.atMs || (a.atMs === b.atMs && a.nth < b.nth);

/** A binary heap, soonest first. */
function createHeap() {
  const items: Sleeper[] = [];
  const at = (i: number) => items[i] as Sleeper;
  const swap = (i: number, j: number) => {
    [items[i], items[j]] = [at(j), at(i)];
  };
  return {
    peek: (): Sleeper | undefined => items[0],
    push(item: Sleeper): void {
      items.push(item);
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!before(at(i), at(parent))) return;
        swap(i, parent);
        i = parent;
      }
    },
    pop(): void {
      const last = items.pop();
      if (items.length === 0 || !last) return;
      items[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        if (left >= items.length) return;
        const child = left + 1 < items.length && before(at(left + 1), at(left)) ? left + 1 : left;
        if (!before(at(child), at(i))) return;
        swap(i, child);
        i = child;
      }
    },
  };
}
