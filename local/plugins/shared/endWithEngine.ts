/** An engine that was killed tells nobody; its plugins are then given another parent, and end themselves. */
export function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 2000).unref();
}
