import { type Account, loadAccount, registryToken } from "../account";
import { RegistryCredentials, type RegistryCredentialsArgs } from "./registryCredentials";
import { ofType, read, runMocked } from "./testing/mockStack";

jest.mock("../account");
jest.mocked(loadAccount).mockReturnValue({ userId: "ocid1.user" } as Account);
jest.mocked(registryToken).mockResolvedValue("signed.token");

const registry = { registryHost: "gru.ocir.io", namespace: "ns" };
const ours = { id: "ocid1.token1", description: "fotogal-motando test: registry", state: "ACTIVE" };
const theirs = [
  { id: "ocid1.token2", description: "laptop", state: "ACTIVE" },
  { id: "ocid1.token3", description: "ci", state: "ACTIVE" },
];

describe("session", () => {
  it("logs in with a token that is got when the stack is updated", async () => {
    const { result, registered } = await create({ mode: "session" });
    expect(result).toMatchObject({ server: "gru.ocir.io", username: "BEARER_TOKEN", longLived: false });
    expect(await read(result.password)).toEqual({ value: "signed.token", secret: true });
    expect(registered).toHaveLength(1);
  });

  it("asks for no token in a preview", async () => {
    jest.mocked(registryToken).mockClear();
    const { result } = await create({ mode: "session" }, [], true);
    expect(await read(result.password)).toMatchObject({ secret: true });
    expect(registryToken).not.toHaveBeenCalled();
  });

  it("passes on in one sentence why there is no token", async () => {
    jest.mocked(registryToken).mockRejectedValueOnce(new Error("The registry answers 401."));
    await expect(create({ mode: "session" })).rejects.toMatchObject({
      message: "The registry answers 401.",
      __pulumiRunError: true,
    });
  });
});

describe("authToken", () => {
  it.each([
    ["the first token", []],
    ["a second one", theirs.slice(0, 1)],
    ["its own again", [...theirs.slice(0, 1), ours]],
    ["one where the others are deleted", theirs.map((token) => ({ ...token, state: "DELETED" }))],
  ])("makes %s", async (_what, tokens) => {
    const { result, registered } = await create({ mode: "authToken" }, tokens);
    expect(ofType(registered, "AuthToken")).toEqual([
      expect.objectContaining({
        name: "registry",
        parent: "fotogal-motando:components:RegistryCredentials registry",
        additionalSecretOutputs: ["token"],
        inputs: { userId: "ocid1.user", description: "fotogal-motando test: registry" },
      }),
    ]);
    expect(result).toMatchObject({ username: "ns/oracleidentitycloudservice/jane", longLived: true });
    expect(await read(result.password)).toEqual({ value: "made token", secret: true });
  });

  it("says which token to delete where the user has two of others", async () => {
    await expect(create({ mode: "authToken" }, theirs)).rejects.toThrow(
      /has 2 auth tokens already, .* `oci iam auth-token delete --user-id ocid1.user --auth-token-id OCID`, or set registryCredentials to session:\n {2}ocid1.token2 \("laptop"\)\n {2}ocid1.token3 \("ci"\)/,
    );
  });
});

describe("existing", () => {
  it.each([
    ["jane", "ns/jane"],
    ["ns/jane", "ns/jane"],
    ["oracleidentitycloudservice/jane@example.com", "ns/oracleidentitycloudservice/jane@example.com"],
    ["ns/domain/jane", "ns/domain/jane"],
  ])("logs in %s as %s", async (username, expected) => {
    const { result } = await create({ mode: "existing", username, password: "secret" });
    expect(result).toMatchObject({ username: expected, longLived: true });
    expect(await read(result.password)).toEqual({ value: "secret", secret: true });
  });

  it("reports all that is missing", async () => {
    await expect(create({ mode: "existing" })).rejects.toThrow(
      /^RegistryCredentials "registry":\n {2}username is missing; .*\n {2}password is missing; /,
    );
  });
});

function create(
  args: Pick<RegistryCredentialsArgs, "mode" | "username" | "password">,
  tokens: object[] = [],
  preview = false,
) {
  return runMocked(() => RegistryCredentials.create("registry", { ...registry, ...args }), {
    preview,
    outputs: { "oci:Identity/authToken:AuthToken": { token: "made token" } },
    calls: {
      getUser: () => ({ name: "oracleidentitycloudservice/jane" }),
      getAuthTokens: () => ({ tokens }),
    },
  });
}
