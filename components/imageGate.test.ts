import { AppImage } from "./appImage";
import { ImageGate, type ImageGateSettings } from "./imageGate";
import { RegistryCredentials } from "./registryCredentials";
import { ofType, read, runMocked } from "./testing/mockStack";

const imageName = "gru.ocir.io/ns/app:1.0.0";
const build = { context: "app/fotogal", target: "runtime" };
const report = {
  scanner: "trivy",
  image: imageName,
  counts: {},
  blocking: 0,
  vulnerabilities: [],
  omitted: 0,
};

function gate(settings: ImageGateSettings, printed: unknown = report) {
  return runMocked(() => new ImageGate("app", { imageName, build, ...settings }), {
    outputs: {
      "docker:index/image:Image": { repoDigest: "sha256:built" },
      "command:local:Command": { stdout: typeof printed === "string" ? printed : JSON.stringify(printed) },
    },
  });
}

it("builds without a push, and scans what was built whenever that or the settings change", async () => {
  const { result, registered } = await gate({});
  expect(ofType(registered, "Image")).toMatchObject([{ inputs: { imageName, build, skipPush: true } }]);
  expect(ofType(registered, "Command")).toMatchObject([
    {
      inputs: {
        create: `node dist/publish.js scan '${imageName}' --severities CRITICAL`,
        triggers: ["sha256:built", ""],
      },
    },
  ]);
  expect((await read(result.report)).value).toEqual(report);

  const severities = ["CRITICAL", "HIGH"] as const;
  const all = await gate({
    severities,
    ignoreUnfixed: true,
    required: true,
    scanner: "grype",
    rescan: "today",
  });
  expect(ofType(all.registered, "Command")[0]?.inputs).toMatchObject({
    create: `node dist/publish.js scan '${imageName}' --severities CRITICAL,HIGH --ignore-unfixed --required --scanner grype`,
    triggers: ["sha256:built", "today"],
  });
});

it("warns of an image that went through unscanned", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const { result } = await gate({}, { ...report, scanner: "none" });
  await read(result.report);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("was not scanned before its push"));
});

jest.mock("../images/publishedVersion", () => ({ publishedVersion: () => Promise.resolve(undefined) }));

it("refuses settings that stop nothing or are none", async () => {
  const wrong = { severities: [], scanner: "clair" } as unknown as ImageGateSettings;
  await runMocked(() => {
    expect(() => new ImageGate("app", { imageName, build, ...wrong })).toThrow(
      /severities is empty.*\n.*scanner "clair" is neither trivy nor grype/,
    );
  });
});

it("stands before an application image's push, which builds the same", async () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const { registered } = await runMocked(
    async () => {
      const login = {
        registryHost: "gru.ocir.io",
        namespace: "ns",
        mode: "existing",
        username: "u",
        password: "p",
      } as const;
      const credentials = await RegistryCredentials.create("registry", login);
      const build = { version: "1.0.0", context: "app/fotogal", dockerfile: "app/fotogal/Dockerfile" };
      const plan = { ...build, target: undefined, platform: "linux/amd64", args: {}, content: "c" };
      const place = { repository: "gru.ocir.io/ns/app", build: plan };
      return new AppImage("app", { ...place, credentials, gate: {} });
    },
    {
      outputs: {
        "docker:index/image:Image": { repoDigest: `gru.ocir.io/ns/app@${digest}` },
        "command:local:Command": { stdout: JSON.stringify(report) },
      },
    },
  );
  const [built, pushed] = ofType(registered, "Image");
  expect(built?.inputs.build).toEqual(pushed?.inputs.build);
  expect(built?.inputs.imageName).toBe(pushed?.inputs.imageName);
  expect(built?.inputs).not.toHaveProperty("registry");
  expect(pushed?.dependsOn).toContain("command:local:Command app-scan");
});
