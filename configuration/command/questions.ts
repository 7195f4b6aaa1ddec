import { createInterface } from "node:readline";
import { Failure } from "../../local/toolchain/failure";
import { type Field, FIELDS } from "./fields";

/** Puts a question and resolves with the line that is answered. */
export type Ask = (question: string) => Promise<string>;

/**
 * Asks for each field that was not given, again and again until its answer is right.
 * @param problemOf what is wrong with a field's value; undefined when nothing is
 */
export async function askFields(
  name: string,
  given: Readonly<Record<string, string>>,
  problemOf: (key: Field["key"], value: string) => string | undefined,
  ask: Ask,
): Promise<Record<string, string>> {
  const values: Record<string, string> = { ...given };
  for (const field of FIELDS) {
    if (values[field.key] !== undefined || field.applies?.(values) === false) continue;
    let complaint = "";
    for (;;) {
      const value = answerOf(field, name, await ask(`${complaint}${questionOf(field, name)} `));
      const problem = value === "" ? undefined : problemOf(field.key, value);
      if (problem === undefined) {
        values[field.key] = value;
        break;
      }
      complaint = `${problem}\n`;
    }
  }
  return values;
}

function questionOf(field: Field, name: string): string {
  const fallback = field.fallback(name);
  if (field.isSwitch === true) return `${field.question} [${fallback === "true" ? "Y/n" : "y/N"}]`;
  return `${field.question} [${fallback === "" ? "none" : fallback}]:`;
}

function answerOf(field: Field, name: string, line: string): string {
  const answer = line.trim();
  if (answer === "") return field.fallback(name);
  if (field.isSwitch === true && /^(y|yes|n|no)$/i.test(answer)) return String(/^y/i.test(answer));
  return answer.toLowerCase() === "none" ? "" : answer;
}

/** Runs `use` with questions to the terminal; they are put on standard error. @throws Failure where no more answers come */
export async function atTerminal<T>(use: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Unlike question(), this loses no line that is typed ahead.
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    // A prompt is one line.
    const [, before = "", prompt = question] = /^(.*\n)?(.*)$/s.exec(question) ?? [];
    process.stderr.write(before);
    terminal.setPrompt(prompt);
    terminal.prompt();
    const line = await lines.next();
    if (line.done === true) throw new Failure("\nStopped; nothing was written.");
    return line.value;
  };
  try {
    return await use(ask);
  } finally {
    terminal.close();
  }
}
