import { helpText, parseOptions } from "./options";

test("takes an image, or a function by OCID or by names", () => {
  expect(parseOptions(["host/app:1", "--out", "src", "--replace"])).toEqual({
    source: "host/app:1",
    out: "src",
    replace: true,
  });
  expect(parseOptions(["--application", "a b", "--function=f", "--archive", "x.zip"])).toEqual({
    application: "a b",
    function: "f",
    archive: "x.zip",
  });
});

test.each([
  [["--json"], "Say what to extract: an image, a function's OCID, or --application and --function"],
  [["image"], "Say where the source goes: --out DIRECTORY, --archive FILE, or --json for standard output."],
  [["image", "other", "--json"], '"other" is one argument too many'],
  [["image", "--jsn"], "There is no option --jsn; --help lists them."],
  [["image", "--json=yes"], "'--json' does not take an argument; --help tells more."],
  [["image", "--out"], "'--out <value>' argument missing; --help tells more."],
  // The current directory would be meant otherwise.
  [["image", "--out", ""], "--out is empty; give it a value."],
  [["--application", "a", "--json"], "named by both --application NAME and --function NAME"],
  [["image", "--compartment", "c", "--json"], "named by both --application NAME and --function NAME"],
  [
    ["image", "--application", "a", "--function", "f", "--json"],
    'Give either "image" or the function\'s names',
  ],
])("%j is refused", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test("the help names every option, whatever else is wrong", () => {
  expect(parseOptions(["--help", "--out", "x"]).help).toBe(true);
  expect(helpText()).toMatch(/^ {2}--archive FILE {2,}write both/m);
});
