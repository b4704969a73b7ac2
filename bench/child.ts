import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Child<Answer> = {
  /** The child's first message. */
  ready: Answer;
  /** Sends a message and waits for the answer. */
  ask<Reply>(message: object): Promise<Reply>;
  stop(): Promise<void>;
};

const patienceMs = 300_000;

/**
 * Starts a file of `children/` with an argument and waits for its first message. Its output is dropped; its errors are
 * ours. It ends with us, since it ends when the channel does.
 */
export async function startChild<Ready>(
  file: string,
  options: { argument?: unknown; env?: Record<string, string>; cwd?: string } = {},
): Promise<Child<Ready>> {
  const { argument = null, env = {}, cwd = process.cwd() } = options;
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(join(import.meta.dirname, 'children', file), [JSON.stringify(argument)], {
    cwd,
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');

  async function message<Message>(): Promise<Message> {
    const patience = AbortSignal.timeout(patienceMs);
    const [answer] = await Promise.race([
      once(child, 'message', { signal: patience }),
      ended.then(([code, signal]) => Promise.reject(new Error(`${file} ended with ${signal ?? `code ${code}`}`))),
    ]);
    return answer as Message;
  }
  async function stop(): Promise<void> {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  }
  try {
    return {
      ready: await message<Ready>(),
      async ask<Reply>(question: object) {
        const answer = message<Reply>();
        child.send(question);
        return answer;
      },
      stop,
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
