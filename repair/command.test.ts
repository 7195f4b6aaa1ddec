import { runCommand } from "./command";

async function repair(...args: string[]): Promise<{ code: number; printed: string }> {
  let printed = "";
  const stream = { write: (text: string) => (printed += text) };
  // No program is on this PATH: whatever needs Pulumi fails.
  const code = await runCommand(args, {
    stdout: stream,
    stderr: stream,
    environment: { PATH: "/nowhere" },
    folder: "/nowhere",
  });
  return { code, printed };
}

const urn = "urn:pulumi:prod::app::oci:Nosql/table:Table::users";

it.each([[urn], ["=ocid1.table.oc1..a"]])("refuses --id %s before it asks Pulumi", async (id) => {
  const { code, printed } = await repair("--id", id, "--id", `${urn}=`);
  expect(code).toBe(1);
  expect(printed).toBe(
    `--id ${id} is no URN=ID; write the ID of what was made behind "=", or nothing behind it where nothing was made.\n`,
  );
});

it("takes a URN with nothing behind it, and goes on to Pulumi", async () => {
  const { code, printed } = await repair("--id", `${urn}=`);
  expect(code).toBe(1);
  expect(printed).toMatch(/^The Pulumi CLI cannot be run/);
});
