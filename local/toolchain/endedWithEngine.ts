/**
 * Shell lines that become this command, and end it with the engine, however that ends. Older language hosts ask only every five
 * minutes whether their engine lives, and then wait for the program; the SDK's dynamic providers never ask. The engine
 * holds the other end of a plugin's standard input, and starts it as the leader of a process group: at the input's end all
 * of the group is killed, since nobody is left to speak to.
 */
export function endedWithEngine(command: string): string {
  return [
    "if [ -p /dev/stdin ]; then",
    "  exec 3<&0",
    // It has no part in the output, whose end the engine waits for.
    '  { while read -r _; do :; done; kill -KILL "-$$"; } <&3 >/dev/null 2>&1 &',
    "  exec 3<&-",
    "fi",
    `exec ${command}`,
  ].join("\n");
}
