/** The child's side of child.ts. */
export const argument = <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T;

export const tell = (message: object): void => void process.send?.(message);

/** A child never outlives the bench that started it. */
export function endWithParent(stop: () => Promise<void> = async () => {}): void {
  process.once('disconnect', () => {
    stop().finally(() => process.exit());
  });
  // A terminal's Ctrl-C reaches the whole group: the parent tidies up, and then lets go of the channel.
  process.on('SIGINT', () => {});
}

/** Answers each message of the parent. */
export function onAsked<Question>(answer: (question: Question) => Promise<object>): void {
  process.on('message', (question) => {
    answer(question as Question).then(tell, (error) => {
      console.error(error);
      process.exit(1);
    });
  });
}
